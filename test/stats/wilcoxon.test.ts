import { describe, expect, it } from "vitest";
import { wilcoxonSignedRank } from "../../src/stats/wilcoxon.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

describe("wilcoxonSignedRank", () => {
  it.each(golden.paired.map((sample, index) => ({ index, ...sample })))("golden sample $index", (sample) => {
    expectRelative(wilcoxonSignedRank(sample.baseline, sample.candidate).p, sample.wilcoxon_p);
  });
  it("enumerates the null distribution with few pairs", () => {
    // Five gains: only one of 2^5 sign assignments is as extreme on each side.
    expect(wilcoxonSignedRank(zeros(5), [1, 2, 3, 4, 5])).toEqual({ rankSum: 15, p: 2 / 32, method: "exact" });
    expect(wilcoxonSignedRank(zeros(5), [-1, -2, -3, -4, -5])).toEqual({ rankSum: 0, p: 2 / 32, method: "exact" });
    // With ties and a zero: ranks 1.5, 1.5, 3; sums of at least 4.5 have 3 of 8 assignments.
    expect(wilcoxonSignedRank(zeros(4), [1, -1, 2, 0])).toEqual({ rankSum: 4.5, p: 6 / 8, method: "exact" });
  });
  it("approximates beyond", () => {
    const values = Array.from({ length: 20 }, (_, index) => (index % 3 === 0 ? -1 : 1) * (index >> 1));
    // SciPy: wilcoxon(values).pvalue, which takes the normal approximation because of ties and zeros
    const test = wilcoxonSignedRank(zeros(20), values);
    expect(test.method).toBe("normal");
    expectRelative(test.p, 0.21404792797314653);
  });
  it("finds nothing where nothing differs", () => {
    expect(wilcoxonSignedRank([1, 2], [1, 2])).toEqual({ rankSum: 0, p: 1, method: "exact" });
    expect(wilcoxonSignedRank(zeros(100), zeros(100)).p).toBe(1);
    expect(wilcoxonSignedRank([1], [2]).p).toBe(1);
  });
  it("refuses samples that can't be paired", () => {
    expect(() => wilcoxonSignedRank([], [])).toThrow(RangeError);
    expect(() => wilcoxonSignedRank([1], [1, 2])).toThrow(RangeError);
    expect(() => wilcoxonSignedRank([Number.NaN], [1])).toThrow(RangeError);
  });
});

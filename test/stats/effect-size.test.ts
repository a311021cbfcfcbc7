import { describe, expect, it } from "vitest";
import { cohensD, cohensDz } from "../../src/stats/effect-size.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

describe("effect sizes", () => {
  it.each(golden.two_sample.map((sample, index) => ({ index, ...sample })))("d of sample $index", (sample) => {
    expectRelative(cohensD(sample.a, sample.b), sample.cohens_d);
  });
  it.each(golden.paired.map((sample, index) => ({ index, ...sample })))("d_z of sample $index", (sample) => {
    expectRelative(cohensDz(sample.baseline, sample.candidate), sample.cohens_dz);
  });
  it("is 0 or infinite without variance", () => {
    expect(cohensD([1, 1], [1, 1])).toBe(0);
    expect(cohensD([2, 2], [1, 1])).toBe(Number.POSITIVE_INFINITY);
    expect(cohensDz([1, 2], [1, 2])).toBe(0);
    expect(cohensDz([1, 2], [0.5, 1.5])).toBe(Number.NEGATIVE_INFINITY);
  });
  it("refuses samples without a variance to estimate", () => {
    expect(() => cohensD([1], [1, 2])).toThrow(RangeError);
    expect(() => cohensDz([1], [2])).toThrow(RangeError);
    expect(() => cohensDz([1, 2], [2])).toThrow(RangeError);
  });
});

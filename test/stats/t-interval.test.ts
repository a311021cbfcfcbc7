import { describe, expect, it } from "vitest";
import { tInterval } from "../../src/stats/t-interval.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

describe("tInterval", () => {
  it.each(golden.paired.map((sample, index) => ({ index, ...sample })))("golden differences $index", (sample) => {
    const differences = sample.candidate.map((value, item) => value - (sample.baseline[item] ?? Number.NaN));
    const interval = tInterval(differences, { confidence: 0.95 });
    expectRelative(interval.mean, sample.mean_difference);
    expectRelative(interval.lower, sample.ci95[0] ?? Number.NaN);
    expectRelative(interval.upper, sample.ci95[1] ?? Number.NaN);
  });
  it("is one point for equal values", () => {
    expect(tInterval([0.1, 0.1, 0.1], { confidence: 0.95 })).toEqual({ mean: 0.1, lower: 0.1, upper: 0.1 });
  });
  it("refuses one value, NaN and an impossible confidence", () => {
    expect(() => tInterval([0.1], { confidence: 0.95 })).toThrow(RangeError);
    expect(() => tInterval([0.1, Number.NaN], { confidence: 0.95 })).toThrow(RangeError);
    expect(() => tInterval([0.1, 0.2], { confidence: 95 })).toThrow(RangeError);
  });
});

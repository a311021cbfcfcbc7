import { describe, expect, it } from "vitest";
import { pairedNonInferiority, pairedTost, pairedTTest } from "../../src/stats/paired-t.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

describe("paired t tests", () => {
  it.each(golden.paired.map((sample, index) => ({ index, ...sample })))("golden sample $index", (sample) => {
    const { baseline, candidate, tost_margin: margin } = sample;
    const test = pairedTTest(baseline, candidate, { confidence: 0.95 });
    expectRelative(test.meanDifference, sample.mean_difference);
    expectRelative(test.t, sample.t);
    expectRelative(test.p, sample.p);
    expect(test.df).toBe(baseline.length - 1);
    expectRelative(test.lower, sample.ci95[0] ?? Number.NaN);
    expectRelative(test.upper, sample.ci95[1] ?? Number.NaN);
    expectRelative(pairedTost(baseline, candidate, { margin }).p, sample.tost_p);
    expectRelative(pairedNonInferiority(baseline, candidate, { margin }).p, sample.p_noninferior);
  });
  it("decides by the difference alone when it never varies", () => {
    const baseline = [0.5, 0.25, 1];
    const lower = baseline.map((value) => value - 0.125);
    expect(pairedTTest(baseline, baseline, { confidence: 0.9 })).toEqual({
      meanDifference: 0,
      t: 0,
      df: 2,
      p: 1,
      lower: 0,
      upper: 0,
    });
    expect(pairedTTest(baseline, lower, { confidence: 0.9 })).toEqual({
      meanDifference: -0.125,
      t: Number.NEGATIVE_INFINITY,
      df: 2,
      p: 0,
      lower: -0.125,
      upper: -0.125,
    });
    expect(pairedNonInferiority(baseline, baseline, { margin: 0.03 }).p).toBe(0);
    expect(pairedNonInferiority(baseline, lower, { margin: 0.25 }).p).toBe(0);
    expect(pairedNonInferiority(baseline, lower, { margin: 0.125 }).p).toBe(1);
    expect(pairedNonInferiority(baseline, lower, { margin: 0.03 }).p).toBe(1);
    expect(pairedTost(baseline, lower, { margin: 0.25 }).p).toBe(0);
    expect(pairedTost(lower, baseline, { margin: 0.03 })).toMatchObject({ p: 1, pLower: 0, pUpper: 1 });
  });
  it("refuses samples that can't be paired", () => {
    expect(() => pairedTTest([1, 2], [1], { confidence: 0.9 })).toThrow(RangeError);
    expect(() => pairedTTest([1], [1], { confidence: 0.9 })).toThrow(RangeError);
    expect(() => pairedTTest([], [], { confidence: 0.9 })).toThrow(RangeError);
    expect(() => pairedTTest([1, 2], [1, Number.NaN], { confidence: 0.9 })).toThrow(
      "candidate[1] must be a finite number; got NaN",
    );
    expect(() => pairedTTest([1, 2], [1, 3], { confidence: 1 })).toThrow(RangeError);
    expect(() => pairedNonInferiority([1, 2], [1, 3], { margin: -1 })).toThrow(RangeError);
    expect(() => pairedTost([1, 2], [1, 3], { margin: Number.NaN })).toThrow(RangeError);
  });
});

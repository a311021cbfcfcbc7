import { describe, expect, it } from "vitest";
import { welchTost, welchTTest } from "../../src/stats/welch.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

describe("welch", () => {
  it.each(golden.two_sample.map((sample, index) => ({ index, ...sample })))("golden sample $index", (sample) => {
    const test = welchTTest(sample.a, sample.b);
    expectRelative(test.t, sample.welch_t);
    expectRelative(test.df, sample.welch_df);
    expectRelative(test.p, sample.welch_p);
    expectRelative(welchTost(sample.a, sample.b, { margin: sample.tost_margin }).p, sample.tost_p);
  });
  it("decides by the means alone when neither sample varies", () => {
    expect(welchTTest([0.5, 0.5], [0.5, 0.5, 0.5])).toEqual({ t: 0, df: 3, p: 1 });
    expect(welchTTest([0.6, 0.6], [0.5, 0.5])).toEqual({ t: Number.POSITIVE_INFINITY, df: 2, p: 0 });
    expect(welchTTest([0.4, 0.4], [0.5, 0.5])).toEqual({ t: Number.NEGATIVE_INFINITY, df: 2, p: 0 });
    expect(welchTost([0.5, 0.5], [0.5, 0.5], { margin: 0.01 }).p).toBe(0);
    expect(welchTost([0.6, 0.6], [0.5, 0.5], { margin: 0.01 })).toMatchObject({ p: 1, pLower: 0, pUpper: 1 });
    expect(welchTost([0.4, 0.4], [0.5, 0.5], { margin: 0.01 })).toMatchObject({ p: 1, pLower: 1, pUpper: 0 });
    expect(welchTost([0.5, 0.5], [0.5, 0.5], { margin: 0 }).p).toBe(1);
  });
  it("takes the other sample's degrees of freedom when only one varies", () => {
    expect(welchTTest([0.1, 0.4, 0.9], [0.5, 0.5]).df).toBe(2);
  });
  it("refuses single values, values that aren't finite and impossible margins", () => {
    expect(() => welchTTest([1], [1, 2])).toThrow(RangeError);
    expect(() => welchTTest([], [1, 2])).toThrow(RangeError);
    expect(() => welchTTest([1, Number.NaN], [1, 2])).toThrow("a[1] must be a finite number; got NaN");
    expect(() => welchTost([1, 2], [1, 2], { margin: -0.1 })).toThrow(RangeError);
    expect(() => welchTost([1, 2], [1, 2], { margin: Number.POSITIVE_INFINITY })).toThrow(RangeError);
  });
});

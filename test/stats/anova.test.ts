import { describe, expect, it } from "vitest";
import { brownForsythe, oneWayAnova } from "../../src/stats/anova.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

describe("oneWayAnova", () => {
  it.each(golden.anova.map((sample, index) => ({ index, ...sample })))("golden groups $index", ({ groups, F, p }) => {
    const test = oneWayAnova(groups);
    expectRelative(test.f, F);
    expectRelative(test.p, p);
    expect(test.df1).toBe(groups.length - 1);
    expect(test.df2).toBe(groups.flat().length - groups.length);
  });
  it.each(golden.two_sample.map((sample, index) => ({ index, ...sample })))("golden sample $index", (sample) => {
    const test = oneWayAnova([sample.a, sample.b]);
    expectRelative(test.f, sample.anova_F);
    expectRelative(test.p, sample.anova_p);
    expectRelative(brownForsythe([sample.a, sample.b]).p, sample.brown_forsythe_p);
  });
  it("decides by the means alone when no group varies", () => {
    expect(oneWayAnova([[0.1, 0.1], [0.1], [0.1]])).toEqual({ f: 0, df1: 2, df2: 1, p: 1 });
    expect(
      oneWayAnova([
        [1, 1],
        [2, 2],
      ]),
    ).toEqual({ f: Number.POSITIVE_INFINITY, df1: 1, df2: 2, p: 0 });
    expect(
      brownForsythe([
        [1, 1],
        [2, 2],
      ]),
    ).toEqual({ f: 0, df1: 1, df2: 2, p: 1 });
  });
  it("refuses groups without a variance to estimate", () => {
    expect(() => oneWayAnova([[1, 2]])).toThrow(RangeError);
    expect(() => oneWayAnova([[1, 2], []])).toThrow(RangeError);
    expect(() => oneWayAnova([[1], [2]])).toThrow(RangeError);
    expect(() => oneWayAnova([[1, 2], [Number.NaN]])).toThrow("groups[1][0] must be a finite number; got NaN");
    expect(() => brownForsythe([[1, 2], []])).toThrow(RangeError);
    expect(() => brownForsythe([])).toThrow(RangeError);
  });
});

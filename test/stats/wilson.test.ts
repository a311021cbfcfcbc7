import { describe, expect, it } from "vitest";
import { wilsonInterval } from "../../src/stats/wilson.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

describe("wilsonInterval", () => {
  it.each(golden.wilson)("$successes of $trials at $confidence", ({ successes, trials, confidence, lower, upper }) => {
    const interval = wilsonInterval({ successes, trials, confidence });
    expectRelative(interval.lower, lower);
    expectRelative(interval.upper, upper);
  });
  it("ends exactly at 0 without successes and at 1 without failures", () => {
    expect(wilsonInterval({ successes: 0, trials: 14042, confidence: 0.95 }).lower).toBe(0);
    expect(wilsonInterval({ successes: 14042, trials: 14042, confidence: 0.95 }).upper).toBe(1);
  });
  it.each([
    [0, 0, 0.95],
    [3, 2, 0.95],
    [-1, 2, 0.95],
    [0.5, 2, 0.95],
    [Number.NaN, 2, 0.95],
    [1, Number.POSITIVE_INFINITY, 0.95],
    [1, 2, 0],
    [1, 2, 1],
    [1, 2, 95],
    [1, 2, Number.NaN],
  ])("refuses %d of %d at %d", (successes, trials, confidence) => {
    expect(() => wilsonInterval({ successes, trials, confidence })).toThrow(RangeError);
  });
});

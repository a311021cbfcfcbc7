import { describe, expect, it } from "vitest";
import { boundedMeanInterval, boundedMeanTest } from "../../src/stats/bounded-mean.ts";

const bounds = { lower: -1, upper: 1 };
const zeros = (count: number): number[] => new Array<number>(count).fill(0);

describe("boundedMeanInterval", () => {
  it("has a width when nothing changed, and a smaller one with more items", () => {
    const widths = [50, 250, 1000].map((count) => {
      const { lower, upper } = boundedMeanInterval(zeros(count), { ...bounds, confidence: 0.9 });
      expect(lower).toBeLessThan(0);
      expect(upper).toBeGreaterThan(0);
      expect(upper).toBeCloseTo(-lower, 10);
      return upper - lower;
    });
    expect(widths[1]).toBeLessThan(widths[0] ?? 0);
    expect(widths[2]).toBeLessThan(widths[1] ?? 0);
  });
  it("does not depend on the order of the values", () => {
    const values = [...zeros(90), -1, -0.5, 0.25, 1, -0.125, ...zeros(5)];
    const interval = boundedMeanInterval(values, { ...bounds, confidence: 0.9 });
    const reversed = boundedMeanInterval([...values].reverse(), { ...bounds, confidence: 0.9 });
    expect(reversed.lower).toBeCloseTo(interval.lower, 10);
    expect(reversed.upper).toBeCloseTo(interval.upper, 10);
  });
  it("refuses no values, values outside the bounds and impossible options", () => {
    const options = { ...bounds, confidence: 0.9 };
    expect(() => boundedMeanInterval([], options)).toThrow(RangeError);
    expect(() => boundedMeanInterval([0, 1.01], options)).toThrow("values[1] must lie in [-1, 1]; got 1.01");
    expect(() => boundedMeanInterval([Number.NaN], options)).toThrow(RangeError);
    expect(() => boundedMeanInterval([0], { ...options, confidence: 1 })).toThrow(RangeError);
    expect(() => boundedMeanInterval([0], { ...options, lower: 1 })).toThrow(RangeError);
  });
});

describe("boundedMeanTest", () => {
  it("is the inversion of the one-sided bound", () => {
    const values = [...zeros(180), ...new Array<number>(20).fill(0.5)];
    const { lower, upper } = boundedMeanInterval(values, { ...bounds, confidence: 0.95, sides: 1 });
    const p = (mean: number, alternative: "greater" | "less") =>
      boundedMeanTest(values, { ...bounds, mean, alternative }).p;
    expect(p(lower, "greater")).toBeCloseTo(0.05, 6);
    expect(p(upper, "less")).toBeCloseTo(0.05, 6);
    expect(p(lower - 0.01, "greater")).toBeLessThan(0.05);
    expect(p(lower + 0.01, "greater")).toBeGreaterThan(0.05);
    expect(p(0.9, "greater")).toBe(1);
  });
});

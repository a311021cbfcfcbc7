import { describe, expect, it } from "vitest";
import { boundedMeanInterval, boundedMeanTest } from "../../src/stats/bounded-mean.ts";
import { normalQuantile } from "../../src/stats/distributions.ts";
import { seededRandom } from "../../src/stats/random.ts";

const bounds = { lower: -1, upper: 1 };
const filled = (count: number, value: number): number[] => new Array<number>(count).fill(value);

describe("boundedMeanInterval", () => {
  it("has a width when nothing changed, close to the least that any valid bound must have", () => {
    for (const count of [50, 250, 1000]) {
      const { lower, upper } = boundedMeanInterval(filled(count, 0), { ...bounds, confidence: 0.9 });
      // A share s of collapses to −1 stays unseen with probability (1 − s)^n: −s is excluded at 5 % beyond this.
      const least = 1 - 0.05 ** (1 / count);
      expect(-lower).toBeGreaterThan(least);
      expect(-lower).toBeLessThan(least * 1.1);
      expect(upper).toBeCloseTo(-lower, 12);
    }
  });
  it("does not depend on the order of the values", () => {
    const rng = seededRandom(11);
    const values = Array.from({ length: 300 }, () => (rng() < 0.2 ? rng() * 2 - 1 : 0));
    const shuffled = values.map((value) => ({ value, key: rng() })).sort((a, b) => a.key - b.key);
    const options = { ...bounds, confidence: 0.9 };
    const interval = boundedMeanInterval(values, options);
    expect(
      boundedMeanInterval(
        shuffled.map(({ value }) => value),
        options,
      ),
    ).toEqual(interval);
    expect(boundedMeanInterval([...values].reverse(), options)).toEqual(interval);
  });
  it("follows the scale of the values", () => {
    const rng = seededRandom(12);
    const values = Array.from({ length: 200 }, () => rng() ** 3);
    const unit = boundedMeanInterval(values, { lower: 0, upper: 1, confidence: 0.9 });
    const mirrored = boundedMeanInterval(
      values.map((value) => 5 - 2 * value),
      { lower: 3, upper: 5, confidence: 0.9 },
    );
    expect(mirrored.lower).toBeCloseTo(5 - 2 * unit.upper, 10);
    expect(mirrored.upper).toBeCloseTo(5 - 2 * unit.lower, 10);
  });
  it("is wider than the normal interval and not by much with many noisy values", () => {
    const rng = seededRandom(13);
    const values = Array.from({ length: 5000 }, () => rng());
    const { lower, upper } = boundedMeanInterval(values, { lower: 0, upper: 1, confidence: 0.9 });
    const normal = 2 * normalQuantile(0.95) * Math.sqrt(1 / 12 / values.length);
    expect(upper - lower).toBeGreaterThan(normal);
    expect(upper - lower).toBeLessThan(1.5 * normal);
  });
  it("covers the mean of rare large losses, where the t interval does not", () => {
    // One item in 100 collapses: in 50 items none does with probability 0.6, and t is certain of "no change".
    const rng = seededRandom(14);
    let covered = 0;
    for (let run = 0; run < 300; run++) {
      const values = Array.from({ length: 50 }, () => (rng() < 0.01 ? -0.8 : 0));
      const { lower, upper } = boundedMeanInterval(values, { ...bounds, confidence: 0.9 });
      if (lower <= -0.008 && -0.008 <= upper) covered += 1;
    }
    expect(covered).toBeGreaterThan(285);
  });
  it("says next to nothing about a single value, and stays in the bounds", () => {
    for (const value of [-1, -0.3, 0, 1]) {
      const { lower, upper } = boundedMeanInterval([value], { ...bounds, confidence: 0.9 });
      expect(lower).toBeGreaterThanOrEqual(-1);
      expect(upper).toBeLessThanOrEqual(1);
      expect(lower).toBeLessThan(value === 1 ? 0 : value + 1e-9);
    }
  });
  it("ends at the bounds when every value is there", () => {
    const top = boundedMeanInterval(filled(100, 1), { lower: 0, upper: 1, confidence: 0.9 });
    expect(top.upper).toBe(1);
    expect(top.lower).toBeGreaterThan(0.95);
    const bottom = boundedMeanInterval(filled(100, 0), { lower: 0, upper: 1, confidence: 0.9 });
    expect(bottom.lower).toBe(0);
    expect(bottom.upper).toBeLessThan(0.05);
  });
  it("spends the whole error on each side when asked for one", () => {
    const values = [...filled(100, 0), ...filled(10, 0.5)];
    expect(boundedMeanInterval(values, { ...bounds, confidence: 0.95, sides: 1 })).toEqual(
      boundedMeanInterval(values, { ...bounds, confidence: 0.9, sides: 2 }),
    );
  });
  it("refuses no values, values outside the bounds and impossible options", () => {
    const options = { ...bounds, confidence: 0.9 };
    expect(() => boundedMeanInterval([], options)).toThrow(RangeError);
    expect(() => boundedMeanInterval([0, 1.01], options)).toThrow("values[1] must lie in [-1, 1]; got 1.01");
    expect(() => boundedMeanInterval([Number.NaN], options)).toThrow(RangeError);
    expect(() => boundedMeanInterval([0], { ...options, confidence: 1 })).toThrow(RangeError);
    expect(() => boundedMeanInterval([0], { ...options, lower: 1 })).toThrow(RangeError);
    expect(() => boundedMeanInterval([0], { ...options, lower: Number.NaN })).toThrow(RangeError);
  });
});

describe("boundedMeanTest", () => {
  it("is the inversion of the one-sided bound", () => {
    const values = [...filled(180, 0), ...filled(20, 0.5)];
    const p = (mean: number, alternative: "greater" | "less") =>
      boundedMeanTest(values, { ...bounds, mean, alternative }).p;
    for (const alpha of [0.1, 0.05, 0.01]) {
      const { lower, upper } = boundedMeanInterval(values, { ...bounds, confidence: 1 - alpha, sides: 1 });
      expect(p(lower - 1e-9, "greater")).toBeLessThanOrEqual(alpha);
      expect(p(lower + 1e-9, "greater")).toBeGreaterThan(alpha);
      expect(p(upper + 1e-9, "less")).toBeLessThanOrEqual(alpha);
      expect(p(upper - 1e-9, "less")).toBeGreaterThan(alpha);
    }
    expect(p(0.05, "greater")).toBe(1);
    expect(p(-0.5, "greater")).toBe(1e-6);
  });
  it("rejects a true null hypothesis at most as often as its level says: two-point values, counted exactly", () => {
    // The hardest distributions: rare collapses to the lower end. Each number of collapses has a known probability.
    let largest = 0;
    for (const [count, share, value] of [
      [20, 0.3, 0.35],
      [20, 0.1, 0.5],
      [50, 0.5, 0.5],
      [50, 0.03, 0.51],
      [100, 0.02, 0.515],
      [100, 0.1, 1],
      [250, 0.02, 0.505],
    ] as const) {
      const mean = (1 - share) * value;
      let size = 0;
      let probability = (1 - share) ** count;
      for (let collapses = 0; collapses <= count; collapses++) {
        if (probability > 1e-4) {
          const values = [...filled(collapses, 0), ...filled(count - collapses, value)];
          const { lower } = boundedMeanInterval(values, { lower: 0, upper: 1, confidence: 0.95, sides: 1 });
          if (lower >= mean) size += probability;
        }
        probability *= ((count - collapses) / (collapses + 1)) * (share / (1 - share));
      }
      expect(size).toBeLessThanOrEqual(0.05);
      largest = Math.max(largest, size);
    }
    expect(largest).toBeGreaterThan(0.005);
  });
  it("knows what the bounds alone make certain", () => {
    const p = (values: number[], mean: number, alternative: "greater" | "less") =>
      boundedMeanTest(values, { ...bounds, mean, alternative }).p;
    expect(p([0, 0.5], 1, "greater")).toBe(1);
    expect(p([0, 0.5], 2, "greater")).toBe(1);
    expect(p([0, 0.5], -2, "greater")).toBe(0);
    expect(p([0, 0.5], -1, "greater")).toBe(0);
    expect(p([-1, -1], -1, "greater")).toBe(1);
    expect(p([1, 1], 1, "less")).toBe(1);
    expect(p([1, 0], 1, "less")).toBe(0);
  });
  it("refuses what boundedMeanInterval refuses, and a mean that isn't finite", () => {
    const options = { ...bounds, mean: 0, alternative: "greater" } as const;
    expect(() => boundedMeanTest([], options)).toThrow(RangeError);
    expect(() => boundedMeanTest([2], options)).toThrow(RangeError);
    expect(() => boundedMeanTest([0], { ...options, mean: Number.NaN })).toThrow(RangeError);
  });
});

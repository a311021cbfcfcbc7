import { describe, expect, it } from "vitest";
import { bootstrapInterval } from "../../src/stats/bootstrap.ts";
import { clusterRobustStandardError } from "../../src/stats/cluster-robust.ts";
import { seededRandom } from "../../src/stats/random.ts";

const skewed = Array.from({ length: 60 }, (_, index) => ((index * 37) % 60) ** 3 / 60 ** 3);
const common = { draws: 20_000, confidence: 0.9 };

describe("bootstrapInterval", () => {
  it("repeats itself from the same seed", () => {
    const interval = (seed: number) =>
      bootstrapInterval(skewed, { ...common, draws: 500, method: "bca", rng: seededRandom(seed) });
    expect(interval(1)).toEqual(interval(1));
    expect(interval(1)).not.toEqual(interval(2));
  });
  it.each([
    // SciPy: bootstrap((skewed,), np.mean, n_resamples=199999, confidence_level=0.9, method=…)
    { method: "percentile", lower: 0.1843, upper: 0.3017 },
    { method: "bca", lower: 0.1877, upper: 0.3059 },
  ] as const)("agrees with SciPy's $method interval to simulation error", ({ method, lower, upper }) => {
    const interval = bootstrapInterval(skewed, { ...common, method, rng: seededRandom(3) });
    expect(Math.abs(interval.lower - lower)).toBeLessThan(0.002);
    expect(Math.abs(interval.upper - upper)).toBeLessThan(0.002);
  });
  it("widens when whole clusters are resampled", () => {
    const values = Array.from({ length: 200 }, (_, index) => (Math.floor(index / 20) % 2) + (index % 2) / 10);
    const clusters = values.map((_, index) => Math.floor(index / 20));
    const rng = seededRandom(5);
    const free = bootstrapInterval(values, { ...common, method: "percentile", rng });
    const clustered = bootstrapInterval(values, { ...common, method: "percentile", rng, clusters });
    expect(clustered.upper - clustered.lower).toBeGreaterThan(3 * (free.upper - free.lower));
    // Normal theory with the cluster-robust standard error, within what ten clusters allow.
    const expected = 2 * 1.645 * clusterRobustStandardError(values, clusters);
    expect((clustered.upper - clustered.lower) / expected).toBeGreaterThan(0.8);
    expect((clustered.upper - clustered.lower) / expected).toBeLessThan(1.1);
  });
  it("is one point for equal values", () => {
    for (const method of ["percentile", "bca"] as const) {
      const { lower, upper } = bootstrapInterval([0.25, 0.25, 0.25], { ...common, method, rng: seededRandom(1) });
      expect([lower, upper]).toEqual([0.25, 0.25]);
    }
    expect(bootstrapInterval([0.5], { ...common, method: "bca", rng: seededRandom(1) })).toEqual({
      lower: 0.5,
      upper: 0.5,
    });
  });
  it("stays finite when a single value differs", () => {
    const values = [...new Array<number>(49).fill(0), -1];
    const { lower, upper } = bootstrapInterval(values, { ...common, method: "bca", rng: seededRandom(1) });
    expect(lower).toBeGreaterThanOrEqual(-1);
    expect(lower).toBeLessThan(-0.02);
    expect(upper).toBeGreaterThanOrEqual(-0.02);
    expect(upper).toBeLessThanOrEqual(0);
  });
  it("refuses no values, one cluster, missing labels and impossible options", () => {
    const rng = seededRandom(1);
    const options = { ...common, method: "percentile", rng } as const;
    expect(() => bootstrapInterval([], options)).toThrow(RangeError);
    expect(() => bootstrapInterval([1, Number.NaN], options)).toThrow(RangeError);
    expect(() => bootstrapInterval([1, 2], { ...options, draws: 0 })).toThrow(RangeError);
    expect(() => bootstrapInterval([1, 2], { ...options, confidence: 1 })).toThrow(RangeError);
    expect(() => bootstrapInterval([1, 2], { ...options, clusters: ["a", "a"] })).toThrow(RangeError);
    expect(() => bootstrapInterval([1, 2], { ...options, clusters: ["a"] })).toThrow(RangeError);
  });
});

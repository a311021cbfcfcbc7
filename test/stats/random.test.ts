import { describe, expect, it } from "vitest";
import { seededRandom } from "../../src/stats/random.ts";

const take = (seed: number, count: number): number[] => {
  const rng = seededRandom(seed);
  return Array.from({ length: count }, rng);
};

describe("seededRandom", () => {
  it("repeats itself from the same seed and not from another", () => {
    expect(take(42, 100)).toEqual(take(42, 100));
    expect(take(42, 100)).not.toEqual(take(43, 100));
  });
  it("is uniform in [0, 1)", () => {
    const bins = new Array<number>(20).fill(0);
    for (const value of take(7, 100_000)) {
      expect(value >= 0 && value < 1).toBe(true);
      bins[Math.floor(value * 20)] = (bins[Math.floor(value * 20)] ?? 0) + 1;
    }
    const chiSquared = bins.reduce((sum, count) => sum + (count - 5000) ** 2 / 5000, 0);
    expect(chiSquared).toBeLessThan(43.82); // 99.9 % quantile of χ² with 19 degrees of freedom
  });
  it("gives unrelated streams to neighbouring seeds", () => {
    const [a, b] = [take(0, 10_000), take(1, 10_000)];
    const correlation = a.reduce((sum, value, index) => sum + (value - 0.5) * ((b[index] ?? 0) - 0.5), 0) * 12;
    expect(Math.abs(correlation / 10_000)).toBeLessThan(0.04); // four standard errors
  });
  it.each([-1, 0.5, 2 ** 32, Number.NaN])("refuses the seed %d", (seed) => {
    expect(() => seededRandom(seed)).toThrow(RangeError);
  });
});

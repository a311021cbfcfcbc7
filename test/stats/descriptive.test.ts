import { describe, expect, it } from "vitest";
import { mean, median, pairedDifferences, sampleVariance } from "../../src/stats/descriptive.ts";
import { expectRelative } from "./relative.ts";

describe("descriptive statistics", () => {
  it("has exactly no variance in equal values", () => {
    const equal = new Array<number>(1001).fill(0.1);
    expect(mean(equal)).toBe(0.1);
    expect(sampleVariance(equal)).toBe(0);
  });
  it("keeps its digits far from the origin", () => {
    expectRelative(mean([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]), 1e9 + 10, 1e-15);
    expectRelative(sampleVariance([1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16]), 30, 1e-12);
  });
  it("takes the middle, or the mean of the two in the middle", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([10, 9, 1, 2])).toBe(5.5);
    expect(median([7])).toBe(7);
  });
  it("subtracts the baseline from the candidate", () => {
    expect(pairedDifferences([1, 2], [3, 1])).toEqual([2, -1]);
  });
  it("refuses what has no answer", () => {
    expect(() => mean([])).toThrow(RangeError);
    expect(() => median([])).toThrow(RangeError);
    expect(() => sampleVariance([1])).toThrow(RangeError);
    expect(() => pairedDifferences([1], [])).toThrow(RangeError);
  });
});

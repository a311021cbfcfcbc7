import { describe, expect, it } from "vitest";
import { allocate } from "../../../src/dataset/from-log/allocate.ts";

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe("places shared out among strata", () => {
  it.each<[readonly number[], number, readonly number[]]>([
    [[100, 100], 10, [5, 5]],
    [[990, 10], 10, [9, 1]],
    [[600, 300, 100], 20, [12, 6, 2]],
    // One each for the three largest.
    [[5, 50, 500, 1], 3, [1, 1, 1, 0]],
    [[0, 7], 3, [0, 3]],
    [[], 3, []],
    [[5], 0, [0]],
  ])("of the sizes %j, %i places: %j", (sizes, places, shares) => {
    expect(allocate(sizes, places)).toEqual(shares);
  });

  it("are never taken away by one place more", () => {
    const sizes = [977, 411, 211, 97, 41, 13, 7, 3, 1, 1];
    let before = allocate(sizes, 0);
    for (let places = 1; places <= 300; places += 1) {
      const now = allocate(sizes, places);
      expect(sum(now)).toBe(places);
      for (const [index, share] of now.entries()) expect(share).toBeGreaterThanOrEqual(before[index] ?? 0);
      before = now;
    }
  });
});

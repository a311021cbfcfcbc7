import { expect, it } from "vitest";
import { windowsByWeight } from "../../../src/score/neural/windows.ts";

it("fills windows up to their capacity, heaviest first", () => {
  expect(windowsByWeight([3, 9, 4, 1, 2], 9)).toEqual([[1], [2, 0, 4], [3]]);
});

it("gives a piece that is too heavy a window of its own", () => {
  expect(windowsByWeight([50, 1, 60], 10)).toEqual([[2], [0], [1]]);
});

it("contains every piece once", () => {
  const weights = Array.from({ length: 500 }, (_, index) => (index * 37) % 101);
  const windows = windowsByWeight(weights, 300);
  expect(windows.flat().sort((a, b) => a - b)).toEqual(weights.map((_, index) => index));
  for (const window of windows)
    expect(window.reduce((sum, index) => sum + (weights[index] ?? 0), 0)).toBeLessThanOrEqual(300);
});

it("has no windows without pieces", () => expect(windowsByWeight([], 5)).toEqual([]));

import { expect, it } from "vitest";
import { consecutiveByWeight } from "../../../src/onnx/engine/consecutive-by-weight.ts";

it.each([
  [
    [1, 2, 3, 4, 5],
    6,
    [
      [0, 3],
      [3, 4],
      [4, 5],
    ],
  ],
  [
    [9, 1, 9, 1],
    5,
    [
      [0, 1],
      [1, 2],
      [2, 3],
      [3, 4],
    ],
  ],
  [[2, 2, 2], 100, [[0, 3]]],
  [[], 5, []],
])("cuts %j at %d into %j", (weights, capacity, runs) => {
  expect(consecutiveByWeight(weights, capacity)).toEqual(runs);
});

import { expect, it } from "vitest";
import { cosine } from "../../../src/score/coherence/cosine.ts";

it.each([
  [[1, 0], [0, 2], 0],
  [[3, 4], [4, 3], 0.96],
  [[1, 2], [-1, -2], -1],
  [[1e-20, 1e-20], [1e20, 1e20], 1],
  [[0, 0], [1, 1], 0],
])("of %j and %j is %d", (left, right, expected) => expect(cosine(left, right)).toBeCloseTo(expected, 12));

it("stays within [-1, 1] for equal vectors", () => {
  const vector = Float32Array.from({ length: 768 }, (_, index) => Math.sin(index));
  expect(cosine(vector, vector)).toBeLessThanOrEqual(1);
  expect(cosine(vector, vector)).toBeCloseTo(1, 12);
});

it("compares equally long vectors only", () => {
  expect(() => cosine([1], [1, 2])).toThrow("vectors of 1 and 2 numbers");
});

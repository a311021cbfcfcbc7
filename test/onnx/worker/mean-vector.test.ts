import { expect, it } from "vitest";
import { meanVector } from "../../../src/onnx/worker/mean-vector.ts";

it("is the mean of the rows, scaled to length 1", () => {
  expect(Array.from(meanVector(Float32Array.of(2, 0, 4, 0, 0, 8), 2))).toEqual([
    expect.closeTo(0.6, 6),
    expect.closeTo(0.8, 6),
  ]);
});

it("stays 0 where the rows cancel out", () => {
  expect(Array.from(meanVector(Float32Array.of(1, -1, -1, 1), 2))).toEqual([0, 0]);
});

import { join } from "node:path";
import { expect, it } from "vitest";
import { loadSpec } from "../../src/index.ts";

const EXAMPLE = join(import.meta.dirname, "..", "..", "examples", "onnx.yaml");

it("the example of ONNX models is four dtypes of one folder, held against fp16", async () => {
  const { models } = await loadSpec(EXAMPLE);
  const [model] = models;
  expect(model?.variants.map(({ id }) => id)).toEqual([
    "demo/FP16@onnx",
    "demo/q8@onnx",
    "demo/q4@onnx",
    "demo/q2@onnx",
  ]);
  expect(new Set(model?.variants.map(({ source }) => source)).size).toBe(1);
  expect(model?.baseline.variant).toBe("demo/FP16@onnx");
});

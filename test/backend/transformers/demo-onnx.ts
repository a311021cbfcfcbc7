import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Backend } from "../../../src/backend/backend.ts";
import { openTransformers } from "../../../src/backend/transformers/open.ts";
import type { Quantization } from "../../../src/domain/quantization.ts";
import { BackendSchema, type TransformersConfig } from "../../../src/spec/backend-schema.ts";
import { temporaryFolder } from "../../support/cli.ts";

export const DEMO_ONNX = join(import.meta.dirname, "..", "..", "..", "models", "demo-onnx");
export const running = new AbortController().signal;

/** A dtype of the demo folder, or of another. */
export function openOnnx(
  quantization: Quantization,
  config: Partial<TransformersConfig> = {},
  folder = DEMO_ONNX,
): Promise<Backend> {
  const parsed = BackendSchema.parse({ type: "transformers", ...config }) as TransformersConfig;
  const nothingPulled = async (name: string): Promise<never> => {
    throw new Error(`${name} was not pulled`);
  };
  return openTransformers(folder, quantization, parsed, nothingPulled, running);
}

/** A copy of the demo folder with one of its dtypes, to be spoiled. */
export async function copyOfDemo(file = "model_q4.onnx"): Promise<string> {
  const folder = join(await temporaryFolder(), "model");
  await mkdir(join(folder, "onnx"), { recursive: true });
  for (const name of ["config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"])
    await cp(join(DEMO_ONNX, name), join(folder, name));
  await cp(join(DEMO_ONNX, "onnx", file), join(folder, "onnx", file));
  return folder;
}

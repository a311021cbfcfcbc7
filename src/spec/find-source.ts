import { stat } from "node:fs/promises";
import { resolve as resolvePath } from "node:path";
import { UsageError } from "../domain/errors.ts";
import { requireDtype } from "../domain/onnx-dtype.ts";
import type { Quantization } from "../domain/quantization.ts";
import { isModelFolder } from "../files/located-model.ts";
import { findModelFiles } from "../files/onnx-model-folder.ts";
import { readModelFile } from "../gguf/model-file.ts";
import type { BackendConfig } from "./backend-schema.ts";

/** Where a variant's model is: a path, checked as far as that is quick, or the name that a server or the hub has for it. */
export async function findSource(
  backend: BackendConfig,
  quantization: Quantization,
  model: string,
  folder: string,
): Promise<string> {
  const path = resolvePath(folder, model);
  switch (backend.type) {
    case "llama-cpp":
      await readModelFile(path);
      return path;
    case "recorded":
      await assertFile(path);
      return path;
    case "transformers": {
      const dtype = requireDtype(quantization);
      if (!isModelFolder(model)) {
        if (!(await stat(path).catch(() => undefined))?.isDirectory()) return model;
        throw new UsageError(`"${model}" names a model that was pulled, and there is a folder of that name`, {
          hint: `write ./${model} for the folder`,
        });
      }
      await findModelFiles(path, dtype);
      return path;
    }
    default:
      return model;
  }
}

async function assertFile(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new UsageError(`no file at ${path}`);
}

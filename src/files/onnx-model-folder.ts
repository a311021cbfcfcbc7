import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../domain/errors.ts";
import { ONNX_DTYPES, type OnnxDtype, onnxFileName } from "../domain/onnx-dtype.ts";

/** Files of one dtype of a model folder, absolute; they are there. */
export interface ModelFiles {
  readonly folder: string;
  readonly onnx: string;
  readonly config: string;
  readonly tokenizer: string;
  readonly tokenizerConfig: string;
}

const POINTER = "version https://git-lfs";

/**
 * The files that transformers.js loads for a dtype: `onnx/<file>`, or the file in the folder itself, with configuration and tokenizer. Throws
 * `UsageError` for the first that is missing or only a Git LFS pointer: left alone, the library loads fp32 for a dtype it doesn't find, or fails
 * without naming the file.
 */
export async function findModelFiles(folder: string, dtype: OnnxDtype): Promise<ModelFiles> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory())
    throw new UsageError(`no model folder at ${folder}`, {
      hint: "an ONNX model is a folder with config.json, tokenizer.json and onnx/model*.onnx; its path is relative to the spec and starts with ./ or /",
    });
  const config = await inFolder(folder, "config.json", "copy it from the model that was exported");
  const tokenizer = await inFolder(
    folder,
    "tokenizer.json",
    "save the model's fast tokenizer there (AutoTokenizer.from_pretrained(model).save_pretrained(folder))",
  );
  const tokenizerConfig = await inFolder(
    folder,
    "tokenizer_config.json",
    "copy it from where tokenizer.json came from",
  );
  return { folder, onnx: await findOnnxFile(folder, dtype), config, tokenizer, tokenizerConfig };
}

/** Whether a path is there as a file. */
export async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

async function findOnnxFile(folder: string, dtype: OnnxDtype): Promise<string> {
  for (const path of places(folder, dtype)) if (await isFile(path)) return assertNoPointer(path);
  const present: OnnxDtype[] = [];
  for (const other of ONNX_DTYPES)
    for (const path of places(folder, other)) if (await isFile(path)) present.push(other);
  throw new UsageError(`${folder} has no onnx/${onnxFileName(dtype)}, the file of dtype ${dtype}`, {
    hint:
      present.length === 0
        ? "export the model: optimum-cli export onnx --model <model> --task text-generation-with-past <folder>/onnx"
        : `it has ${present.join(", ")}`,
  });
}

function places(folder: string, dtype: OnnxDtype): readonly string[] {
  return [join(folder, "onnx", onnxFileName(dtype)), join(folder, onnxFileName(dtype))];
}

async function inFolder(folder: string, name: string, hint: string): Promise<string> {
  const path = join(folder, name);
  if (await isFile(path)) return assertNoPointer(path);
  throw new UsageError(`${folder} has no ${name}`, { hint });
}

async function assertNoPointer(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const head = Buffer.alloc(POINTER.length);
    await file.read(head, 0, head.length, 0);
    if (head.toString("latin1") !== POINTER) return path;
  } finally {
    await file.close();
  }
  throw new UsageError(`${path} is a Git LFS pointer, not the file itself`, {
    hint: "fetch the files in that clone with: git lfs pull",
  });
}

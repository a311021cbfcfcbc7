import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { messageOf, RunError, throwIfAborted } from "../../domain/errors.ts";
import type { ModelMetadata } from "../../domain/record.ts";
import { sha256OfFile } from "../../files/file-digest.ts";
import { isFile, type ModelFiles } from "../../files/onnx-model-folder.ts";
import { scanModelFile } from "../../onnx/scan-model-file.ts";
import { contextLengthOf, type DecoderConfig, headsOf, layersOf, parametersOf, widthOf } from "./config.ts";

/** What a variant's files are, whatever they are called and wherever they lie. */
export interface ModelIdentity {
  /**
   * `sha256:` over one line for each of weights, external data (in order of their names), configuration, tokenizer, its configuration and, where
   * it is, generation_config.json: what it is and its sha256.
   */
  readonly digest: string;
  /** sha256 of each file by its path in the folder, for comparing with a lock. */
  readonly files: Readonly<Record<string, string>>;
  /** Bytes of the weights: of the .onnx file and its external data. */
  readonly weightsBytes: number;
}

/** Hashes what decides a variant's answers. Throws `RunError` with the path for a file that can't be read or is no ONNX model. */
export async function identifyModel(files: ModelFiles, signal: AbortSignal): Promise<ModelIdentity> {
  const external = await externalFiles(files.onnx, signal);
  const generation = join(files.folder, "generation_config.json");
  const parts: (readonly [role: string, path: string])[] = [
    ["weights", files.onnx],
    ...external.map((path) => ["data", path] as const),
    ["config", files.config],
    ["tokenizer", files.tokenizer],
    ["tokenizer-config", files.tokenizerConfig],
  ];
  if (await isFile(generation)) parts.push(["generation", generation]);
  const lines: string[] = [];
  const digests: Record<string, string> = {};
  for (const [role, path] of parts) {
    throwIfAborted(signal);
    const digest = await readable(path, () => sha256OfFile(path, signal), signal);
    lines.push(`${role} ${digest}`);
    digests[relative(files.folder, path).split(sep).join("/")] = digest;
  }
  const sizes = await Promise.all([files.onnx, ...external].map((path) => stat(path)));
  return {
    digest: `sha256:${createHash("sha256").update(lines.join("\n")).digest("hex")}`,
    files: digests,
    weightsBytes: sizes.reduce((sum, { size }) => sum + size, 0),
  };
}

/** From config.json, and bits per weight from the size of the files: bytes × 8 / parameters. */
export function metadataOf(config: DecoderConfig, weightsBytes: number, dtype: string): ModelMetadata {
  const parameters = parametersOf(config);
  const entries: Record<string, number | string | undefined> = {
    architecture: config.model_type,
    parameters,
    layers: layersOf(config),
    heads: headsOf(config),
    keyValueHeads: config.num_key_value_heads ?? headsOf(config),
    contextLength: contextLengthOf(config),
    embeddingLength: widthOf(config),
    vocabularySize: config.vocab_size,
    fileBytes: weightsBytes,
    bitsPerWeight: parameters === undefined ? undefined : Math.round((weightsBytes * 8000) / parameters) / 1000,
    quantization: dtype,
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

/** The folder's own chat template: newer exports keep it in a file of its own, which transformers.js doesn't read. */
export async function readChatTemplate(files: ModelFiles): Promise<string | undefined> {
  const path = join(files.folder, "chat_template.jinja");
  return (await isFile(path)) ? readFile(path, "utf8") : undefined;
}

async function externalFiles(onnx: string, signal: AbortSignal): Promise<readonly string[]> {
  const { externalFiles: names } = await readable(onnx, () => scanModelFile(onnx, signal), signal);
  for (const name of names) {
    if (basename(name) !== name)
      throw new RunError(`${onnx}: its data file "${name}" would lie outside its folder`, { hint: "export it again" });
    if (!(await isFile(join(dirname(onnx), name))))
      throw new RunError(`${onnx} needs the data file ${name} beside it, which is missing`, {
        hint: "copy it there too, or pull the model again",
      });
  }
  return names.map((name) => join(dirname(onnx), name));
}

async function readable<T>(path: string, read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throwIfAborted(signal);
    throw new RunError(`${path}: the model can't be read: ${messageOf(cause)}`, {
      cause,
      hint: "is the file whole? copy it or pull it again",
    });
  }
}

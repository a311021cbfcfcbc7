import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { messageOf, throwIfAborted } from "../domain/errors.ts";
import { sha256OfFile } from "../files/file-digest.ts";
import { ModelError } from "./model-error.ts";
import { scanModelFile } from "./scan-model-file.ts";

/** Where a model lies and what it calls itself. */
export interface EncoderLocation {
  readonly folder: string;
  /** Name in reports and signatures, e.g. `roberta-large`. */
  readonly name: string;
  /** Commit of the repository it came from; `local` for a folder of the user's own. */
  readonly revision: string;
  /** The .onnx file inside the folder; default `onnx/model.onnx`, else `model.onnx`. */
  readonly file?: string;
  /** Name of the graph's output that holds token embeddings, where it isn't one of the usual ones. */
  readonly output?: string;
}

/** An encoder on disk: its files are there, and their measures and digests are known. */
export interface EncoderModel {
  readonly name: string;
  readonly revision: string;
  /** Model family as in config.json, e.g. `roberta`. */
  readonly type: string;
  readonly layers: number;
  /** Longest sequence the weights allow, special tokens included. */
  readonly maxTokens: number;
  /** Longest sequence for sentence embeddings; sentence-transformers models often set a shorter one. */
  readonly sentenceMaxTokens: number;
  readonly folder: string;
  readonly onnxFile: string;
  readonly tokenizerFile: string;
  readonly tokenizerConfigFile: string;
  readonly output?: string;
  /** The layer that the model's own manifest recommends for BERTScore. */
  readonly recommendedLayer?: number;
  /** sha256 of the files that decide the numbers (weights and tokenizer), by their path in the folder. */
  readonly digests: Readonly<Record<string, string>>;
  /** sha256 of the weights: of the .onnx file, or of the digests of it and its data files, one a line. */
  readonly weightsDigest: string;
  /** sha256 of tokenizer.json. */
  readonly tokenizerDigest: string;
  readonly weightsBytes: number;
  /** Whether weights lie in files of their own, which a model can't be parted from. */
  readonly externalData: boolean;
  /**
   * Whether texts may share a batch. Dynamic quantization scales activations by the largest value of the whole batch,
   * so that a text's embedding would depend on its neighbours.
   */
  readonly batchable: boolean;
}

const ConfigSchema = z.looseObject({
  model_type: z.string(),
  num_hidden_layers: z.number().int().positive().optional(),
  n_layers: z.number().int().positive().optional(),
  max_position_embeddings: z.number().int().positive().optional(),
  pad_token_id: z.number().int().nonnegative().nullish(),
});
const TokenizerConfigSchema = z.looseObject({ model_max_length: z.number().positive().optional() });
const SentenceConfigSchema = z.looseObject({ max_seq_length: z.number().int().positive().nullish() });

const ManifestSchema = z.looseObject({ recommendedLayer: z.number().int().nonnegative().optional() });

/** Families whose position table starts after the padding id: two positions fewer than it has rows. */
const OFFSET_POSITIONS = new Set(["roberta", "xlm-roberta", "camembert", "mpnet", "longformer"]);
/** Files without a limit of their own say 1e30. */
const NO_LIMIT = 1e6;

/**
 * Reads what an encoder's folder says about it and hashes its weights.
 * Throws ModelError "missing-file" or "bad-file", InterruptedError when `signal` is aborted.
 */
export async function openEncoderModel(location: EncoderLocation, signal: AbortSignal): Promise<EncoderModel> {
  const folder = resolve(location.folder);
  const file = (...path: string[]) => join(folder, ...path);
  const onnxFile = await findOnnxFile(folder, location.file);
  const config = await readJson(file("config.json"), ConfigSchema);
  const tokenizerConfig = await readJson(file("tokenizer_config.json"), TokenizerConfigSchema);
  const sentence = await readOptionalJson(file("sentence_bert_config.json"), SentenceConfigSchema);
  const manifest = await readOptionalJson(file("manifest.json"), ManifestSchema);
  const tokenizerFile = file("tokenizer.json");
  const maxTokens = longestSequence(config, tokenizerConfig.model_max_length);
  const { externalFiles, operators } = await scan(onnxFile, signal);
  const weightFiles = [onnxFile, ...externalFiles.map((name) => join(dirname(onnxFile), name))];
  const weights = await digestsOf(folder, weightFiles, signal);
  const tokenizer = await digestsOf(folder, [tokenizerFile], signal);
  return {
    name: location.name,
    revision: location.revision,
    folder,
    type: config.model_type,
    layers: layerCount(config, folder),
    maxTokens,
    sentenceMaxTokens: Math.min(sentence?.max_seq_length ?? maxTokens, maxTokens),
    onnxFile,
    tokenizerFile,
    tokenizerConfigFile: file("tokenizer_config.json"),
    ...(location.output === undefined ? {} : { output: location.output }),
    ...(manifest?.recommendedLayer === undefined ? {} : { recommendedLayer: manifest.recommendedLayer }),
    digests: { ...weights, ...tokenizer },
    weightsDigest: combined(Object.values(weights)),
    tokenizerDigest: combined(Object.values(tokenizer)),
    weightsBytes: (await Promise.all(weightFiles.map((path) => stat(path)))).reduce((sum, { size }) => sum + size, 0),
    externalData: externalFiles.length > 0,
    batchable: ![...operators].some((operator) => operator.startsWith("DynamicQuantize")),
  };
}

async function findOnnxFile(folder: string, file: string | undefined): Promise<string> {
  const candidates = (file === undefined ? ["onnx/model.onnx", "model.onnx"] : [file]).map((name) =>
    join(folder, name),
  );
  for (const candidate of candidates) if (await exists(candidate)) return candidate;
  throw missing(candidates.join(" or "));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isFile(),
    () => false,
  );
}

function missing(path: string, cause?: unknown): ModelError {
  return new ModelError({
    kind: "missing-file",
    message: `the model file ${path} doesn't exist`,
    hint: "`quantgate models pull <name>` fetches a model; `optimum-cli export onnx` makes a folder from PyTorch weights",
    cause,
  });
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw missing(path, cause);
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw badFile(path, cause);
  }
}

async function readOptionalJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  return (await exists(path)) ? readJson(path, schema) : undefined;
}

function badFile(path: string, cause: unknown): ModelError {
  return new ModelError({
    kind: "bad-file",
    message: `${path} can't be used: ${messageOf(cause)}`,
    hint: "`quantgate models verify` checks the files of pulled models; pull the model again or export it again",
    cause,
  });
}

function layerCount(config: z.infer<typeof ConfigSchema>, folder: string): number {
  const layers = config.num_hidden_layers ?? config.n_layers;
  if (layers === undefined) throw badFile(join(folder, "config.json"), "it has neither num_hidden_layers nor n_layers");
  return layers;
}

function longestSequence(config: z.infer<typeof ConfigSchema>, tokenizerLimit: number | undefined): number {
  const offset = OFFSET_POSITIONS.has(config.model_type) ? (config.pad_token_id ?? 1) + 1 : 0;
  const positions = (config.max_position_embeddings ?? Number.POSITIVE_INFINITY) - offset;
  const limit = Math.min(positions, tokenizerLimit ?? Number.POSITIVE_INFINITY);
  return limit < NO_LIMIT ? limit : 512;
}

async function scan(onnxFile: string, signal: AbortSignal) {
  try {
    const facts = await scanModelFile(onnxFile, signal);
    for (const name of facts.externalFiles) {
      if (basename(name) !== name) throw new RangeError(`its data file "${name}" lies outside its folder`);
      if (!(await exists(join(dirname(onnxFile), name)))) throw missing(join(dirname(onnxFile), name));
    }
    return facts;
  } catch (error) {
    if (error instanceof RangeError) throw badFile(onnxFile, error);
    throw error;
  }
}

async function digestsOf(
  folder: string,
  files: readonly string[],
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const file of files) {
    throwIfAborted(signal);
    if (!(await exists(file))) throw missing(file);
    digests[relative(folder, file).split(sep).join("/")] = await sha256OfFile(file, signal);
  }
  return digests;
}

function combined(digests: readonly string[]): string {
  const [only = ""] = digests;
  return digests.length === 1 ? only : createHash("sha256").update(digests.join("\n")).digest("hex");
}

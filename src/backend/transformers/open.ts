import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { relative } from "node:path";
import { z } from "zod";
import type { AnswerOf, BackendRequest } from "../../domain/answer.ts";
import { messageOf, QuantGateError, RunError, throwIfAborted, UsageError } from "../../domain/errors.ts";
import { type OnnxDtype, requireDtype } from "../../domain/onnx-dtype.ts";
import type { Quantization } from "../../domain/quantization.ts";
import type { VariantIdentity } from "../../domain/record.ts";
import { isModelFolder, type LocatedModel, type LocateModel } from "../../files/located-model.ts";
import { findModelFiles } from "../../files/onnx-model-folder.ts";
import type { TransformersConfig } from "../../spec/backend-schema.ts";
import type { Backend, BackendCapabilities } from "../backend.ts";
import { contextLengthOf, readDecoderConfig } from "./config.ts";
import { identifyModel, metadataOf, readChatTemplate } from "./identity.ts";
import { ModelThread } from "./model-thread.ts";
import type { ThreadModel } from "./protocol.ts";

const DEFAULT_CONTEXT = 2048;

/**
 * Loads one dtype of an ONNX model with transformers.js, on the CPU, each copy in a thread of its own. `source`: a folder's absolute path, or the name
 * of a model that was pulled. Throws `UsageError` for a folder without the needed files, `RunError` for a model that doesn't load, and whatever
 * `locate` throws.
 */
export async function openTransformers(
  source: string,
  quantization: Quantization,
  config: TransformersConfig,
  locate: LocateModel,
  signal: AbortSignal,
): Promise<Backend> {
  const dtype = requireDtype(quantization);
  const { files, located } = await findModel(source, dtype, locate);
  const decoderConfig = await readDecoderConfig(files.config);
  const { digest, files: digests, weightsBytes } = await identifyModel(files, signal);
  assertLocked(source, located, digests);
  const chatTemplate = await readChatTemplate(files);
  const longest = contextLengthOf(decoderConfig);
  const contextSize = Math.min(config.contextSize ?? DEFAULT_CONTEXT, longest ?? Number.POSITIVE_INFINITY);
  const chat = config.api === "chat";

  const start = performance.now();
  const model: ThreadModel = {
    folder: files.folder,
    onnx: files.onnx,
    config: files.config,
    dtype,
    threads: config.threads,
    contextSize,
    chat,
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
  };
  const threads: ModelThread[] = [];
  try {
    for (let index = 0; index < config.concurrency; index += 1) threads.push(await ModelThread.open(model, signal));
  } catch (error) {
    for (const thread of threads) await thread.close();
    throw error;
  }
  const identity: VariantIdentity = {
    weightsDigest: digest,
    build: `transformers.js ${version("@huggingface/transformers")} on onnxruntime-node ${version("onnxruntime-node")}`,
    settings: {
      file: relative(files.folder, files.onnx).replaceAll("\\", "/"),
      dtype,
      contextSize,
      threads: config.threads,
      provider: "cpu",
      chatTemplate: chat ? templateName(chatTemplate) : "none (raw prompts)",
      ...(chat ? { protocol: "chat-first-token" } : {}),
    },
    metadata: metadataOf(decoderConfig, weightsBytes, dtype),
  };
  return new TransformersBackend(identity, performance.now() - start, threads, chat);
}

class TransformersBackend implements Backend {
  readonly capabilities: BackendCapabilities;
  readonly identity: VariantIdentity;
  readonly loadMs: number;
  readonly concurrency: number;
  readonly #threads: readonly ModelThread[];
  readonly #idle: ModelThread[];
  readonly #waiting: ((thread: ModelThread) => void)[] = [];

  constructor(identity: VariantIdentity, loadMs: number, threads: readonly ModelThread[], chat: boolean) {
    this.identity = identity;
    this.loadMs = loadMs;
    this.concurrency = threads.length;
    this.capabilities = { text: true, letters: "full", continuations: !chat, seed: true };
    this.#threads = threads;
    this.#idle = [...threads];
  }

  async generate<R extends BackendRequest>(request: R, signal: AbortSignal): Promise<AnswerOf<R>> {
    const thread = this.#idle.pop() ?? (await new Promise<ModelThread>((resolve) => this.#waiting.push(resolve)));
    try {
      throwIfAborted(signal);
      return (await thread.answer(request, signal)) as AnswerOf<R>;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(thread);
      else next(thread);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.close()));
  }
}

async function findModel(source: string, dtype: OnnxDtype, locate: LocateModel) {
  if (isModelFolder(source))
    return { files: await findModelFiles(source, dtype), located: { folder: source, digests: {} } };
  try {
    const located = await locate(source);
    return { files: await findModelFiles(located.folder, dtype), located };
  } catch (error) {
    if (!(error instanceof QuantGateError)) throw error;
    const hint = `fetch it with: quantgate models pull ${source} --dtype ${dtype}; a folder's path starts with ./ or /`;
    throw new UsageError(messageOf(error), { hint, cause: error });
  }
}

/** Files of a pulled model must be those that were pulled. */
function assertLocked(name: string, { folder, digests }: LocatedModel, found: Readonly<Record<string, string>>): void {
  for (const [file, digest] of Object.entries(found)) {
    const locked = digests[file];
    if (locked !== undefined && locked !== digest)
      throw new RunError(`${folder}/${file} isn't the file in the lock file: its sha256 is ${digest}, not ${locked}`, {
        hint: `fetch it again with: quantgate models pull ${name}`,
      });
  }
}

function templateName(template: string | undefined): string {
  if (template === undefined) return "the model's own, from tokenizer_config.json";
  return `the model's own, sha256:${createHash("sha256").update(template).digest("hex").slice(0, 16)}`;
}

const PackageSchema = z.looseObject({ version: z.string() });

/** Version of an installed package; transformers.js doesn't export its package.json. */
function version(name: string): string {
  const require = createRequire(import.meta.url);
  const entry = require.resolve(name);
  const root = entry.slice(0, entry.lastIndexOf(name) + name.length);
  return PackageSchema.parse(require(`${root}/package.json`)).version;
}

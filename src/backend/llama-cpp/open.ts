import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Llama, LlamaContext, LlamaModel } from "node-llama-cpp";
import type { AnswerOf, BackendRequest } from "../../domain/answer.ts";
import { messageOf, QuantGateError, RunError, throwIfAborted, UsageError } from "../../domain/errors.ts";
import type { VariantIdentity } from "../../domain/record.ts";
import { type FileIdentity, identifyModelFile } from "../../gguf/identify.ts";
import type { LlamaCppConfig } from "../../spec/backend-schema.ts";
import type { Backend, BackendCapabilities } from "../backend.ts";
import { Evaluator } from "./evaluator.ts";

type Binding = typeof import("node-llama-cpp");

const KV_TYPE = "F16";
const MAX_DEFAULT_CONTEXTS = 8;
const LATE_LOG_TURNS = 50;

/**
 * Loads a GGUF file into an embedded llama.cpp on the CPU. Threads, batch size, context, KV type and flash attention are fixed and recorded:
 * with them equal, answers repeat bit for bit. Throws `UsageError` when node-llama-cpp isn't installed, `RunError` when the file doesn't load.
 */
export async function openLlamaCpp(path: string, config: LlamaCppConfig, signal: AbortSignal): Promise<Backend> {
  const loaded = await loadLlamaCpp(path, config, signal);
  const evaluators = loaded.contexts.map(
    (context) => new Evaluator(loaded.model, context.getSequence(), config.contextSize),
  );
  return new LlamaCppBackend(loaded.identity, loaded.loadMs, evaluators, loaded.dispose);
}

/** A model in memory with one context per concurrent request, and what is known of both. */
export interface LoadedLlamaCpp {
  readonly model: LlamaModel;
  readonly contexts: readonly LlamaContext[];
  readonly identity: VariantIdentity;
  readonly loadMs: number;
  readonly dispose: () => Promise<void>;
}

/** The loading alone, for whoever works with tokens; throws as `openLlamaCpp` does. */
export async function loadLlamaCpp(path: string, config: LlamaCppConfig, signal: AbortSignal): Promise<LoadedLlamaCpp> {
  const binding = await importBinding();
  const contexts = config.concurrency ?? Math.min(availableParallelism(), MAX_DEFAULT_CONTEXTS);
  const llama = await getLlama(binding, config.threads * contexts, signal);
  return load(llama, path, { ...config, concurrency: contexts }, signal);
}

async function load(
  llama: Llama,
  path: string,
  config: LlamaCppConfig & { readonly concurrency: number },
  signal: AbortSignal,
): Promise<LoadedLlamaCpp> {
  const file = await readFile(path, signal);
  throwIfAborted(signal);
  const start = performance.now();
  let model: LlamaModel | undefined;
  const contexts: LlamaContext[] = [];
  const dispose = async (): Promise<void> => {
    for (const context of contexts) await context.dispose();
    await model?.dispose();
  };
  const complaints: string[] = [];
  const { logger } = llama;
  llama.logger = (_level, message) => complaints.push(message.trim());
  try {
    model = await llama.loadModel({ modelPath: path, gpuLayers: 0, loadSignal: signal });
    for (let index = 0; index < config.concurrency; index += 1) {
      contexts.push(
        await model.createContext({
          contextSize: config.contextSize,
          batchSize: config.batchSize,
          sequences: 1,
          threads: { ideal: config.threads, min: config.threads },
          flashAttention: false,
          experimentalKvCacheKeyType: KV_TYPE,
          experimentalKvCacheValueType: KV_TYPE,
          failedCreationRemedy: false,
          createSignal: signal,
        }),
      );
    }
  } catch (cause) {
    await dispose();
    throwIfAborted(signal);
    // The native log comes by a queue of its own and may arrive after the failure it explains.
    for (let turn = 0; complaints.length === 0 && turn < LATE_LOG_TURNS; turn += 1) await sleep(10);
    throw new RunError(`${path}: llama.cpp can't load it: ${complaints[0] ?? messageOf(cause)}`, {
      cause,
      hint: "is the file whole, and is there memory for model and context?",
    });
  } finally {
    llama.logger = logger;
  }
  const loadMs = performance.now() - start;
  const identity: VariantIdentity = {
    ...file,
    build: `llama.cpp ${llama.llamaCppRelease.release} by node-llama-cpp ${await packageVersion()}`,
    settings: {
      file: basename(path),
      contextSize: config.contextSize,
      batchSize: config.batchSize,
      threads: config.threads,
      flashAttention: false,
      kvCacheType: KV_TYPE,
      chatTemplate: "none (raw prompts)",
      system: llama.systemInfo.trim(),
    },
  };
  return { model, contexts, identity, loadMs, dispose };
}

/** The spec's files were whole when the run began: what is wrong with one now has kept the run from its end. */
async function readFile(path: string, signal: AbortSignal): Promise<FileIdentity> {
  try {
    return await identifyModelFile(path, signal);
  } catch (cause) {
    throwIfAborted(signal);
    const hint = cause instanceof QuantGateError ? cause.hint : undefined;
    const message =
      cause instanceof QuantGateError ? cause.message : `${path}: the model can't be read: ${messageOf(cause)}`;
    throw new RunError(message, { cause, ...(hint === undefined ? {} : { hint }) });
  }
}

class LlamaCppBackend implements Backend {
  readonly capabilities: BackendCapabilities = { text: true, letters: "full", continuations: true, seed: true };
  readonly identity: VariantIdentity;
  readonly loadMs: number;
  readonly concurrency: number;
  readonly #idle: Evaluator[];
  readonly #waiting: ((evaluator: Evaluator) => void)[] = [];
  readonly #dispose: () => Promise<void>;

  constructor(
    identity: VariantIdentity,
    loadMs: number,
    evaluators: readonly Evaluator[],
    dispose: () => Promise<void>,
  ) {
    this.identity = identity;
    this.loadMs = loadMs;
    this.concurrency = evaluators.length;
    this.#idle = [...evaluators];
    this.#dispose = dispose;
  }

  async generate<R extends BackendRequest>(request: R, signal: AbortSignal): Promise<AnswerOf<R>> {
    const evaluator = this.#idle.pop() ?? (await new Promise<Evaluator>((resolve) => this.#waiting.push(resolve)));
    try {
      throwIfAborted(signal);
      return (await answer(evaluator, request, signal)) as AnswerOf<R>;
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(evaluator);
      else next(evaluator);
    }
  }

  async close(): Promise<void> {
    await this.#dispose();
  }
}

function answer(evaluator: Evaluator, request: BackendRequest, signal: AbortSignal) {
  switch (request.kind) {
    case "text":
      return evaluator.text(request, signal);
    case "letters":
      return evaluator.letters(request, signal);
    case "continuations":
      return evaluator.continuations(request, signal);
  }
}

async function importBinding(): Promise<Binding> {
  try {
    return await import("node-llama-cpp");
  } catch (cause) {
    throw new UsageError("the backend llama-cpp needs the package node-llama-cpp, which isn't installed", {
      cause,
      hint: "npm install node-llama-cpp@3.22.1",
    });
  }
}

/** One for the whole process: each new one starts a test process first, which takes longer than loading a small model. */
let shared: Promise<Llama> | undefined;

async function getLlama(binding: Binding, maxThreads: number, signal: AbortSignal): Promise<Llama> {
  try {
    // `build: "never"`: a missing binary must not start a compiler in the middle of a run.
    shared ??= binding
      .getLlama({
        gpu: false,
        build: "never",
        skipDownload: true,
        progressLogs: false,
        logLevel: binding.LlamaLogLevel.error,
        maxThreads,
      })
      .catch((error: unknown) => {
        shared = undefined;
        throw error;
      });
    const llama = await shared;
    throwIfAborted(signal);
    llama.maxThreads = Math.max(llama.maxThreads, maxThreads);
    return llama;
  } catch (cause) {
    // Ctrl-C in a terminal ends the test process too, which then looks like a binary that doesn't work.
    throwIfAborted(signal);
    throw new RunError(`node-llama-cpp has no ready binary for this machine: ${messageOf(cause)}`, {
      cause,
      hint: "npx node-llama-cpp source download builds one",
    });
  }
}

async function packageVersion(): Promise<string> {
  const { getModuleVersion } = await import("node-llama-cpp");
  return getModuleVersion();
}

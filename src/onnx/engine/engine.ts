import { join } from "node:path";
import { throwIfAborted } from "../../domain/errors.ts";
import { type EncoderRequest, type EncoderSpec, encoderSpec } from "../encoder-spec.ts";
import { ModelError } from "../model-error.ts";
import type { EncodedText } from "../token-encoder.ts";
import type { EncoderFacts, Matches, VectorPair, WorkerCall, WorkerCalls } from "../worker/protocol.ts";
import type { WorkerThread } from "../worker/worker-thread.ts";
import { consecutiveByWeight } from "./consecutive-by-weight.ts";
import type { Embedding } from "./embedding.ts";
import { EmbeddingCache } from "./embedding-cache.ts";
import type { Encoder } from "./encoder.ts";
import { type EmbeddingStores, EncoderLine } from "./encoder-line.ts";
import { RecentEmbeddings } from "./recent-embeddings.ts";
import {
  DEFAULT_CACHE_BYTES,
  DEFAULT_RECENT_BYTES,
  type EngineOptions,
  type EngineSettings,
  engineSettings,
} from "./settings.ts";
import type { TextJob } from "./text-job.ts";
import { unlessAborted } from "./unless-aborted.ts";
import { type Task, WorkerPool } from "./worker-pool.ts";

export interface EmbedOptions {
  readonly signal: AbortSignal;
  /** Whether the embeddings are worth keeping on disk: texts that come back in other runs, like references. Default false. */
  readonly keep?: boolean;
}

/** Texts that go to a worker in one message. */
const TEXTS_A_MESSAGE = 64;
/** Bytes of vectors that go to a worker in one message: copying them takes this thread about a millisecond. */
const BYTES_A_MESSAGE = 4 * 2 ** 20;

/**
 * Embeds and matches texts in worker threads, because ONNX Runtime blocks the thread it runs on.
 *
 * One queue: matching and tokenizing go first, then batches of texts of equal length, the encoders in turn. Equal texts are
 * embedded once, whoever asks. A text's numbers don't depend on its batch, on the order or on the number of threads.
 */
export class EmbeddingEngine {
  readonly settings: EngineSettings;
  readonly #cutFolder: string | undefined;
  readonly #stores: EmbeddingStores;
  readonly #pool: WorkerPool;
  readonly #urgent: Task[] = [];
  readonly #lines = new Map<string, EncoderLine>();
  readonly #unfinished = new Set<Promise<void>>();
  /** Encoders are opened one after the other, so that one thread loads the runtime and others do when there is work for them. */
  #opening: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(options: EngineOptions = {}) {
    this.settings = engineSettings(options);
    const { cacheFolder } = options;
    this.#cutFolder = cacheFolder && join(cacheFolder, "cuts");
    this.#stores = {
      recent: new RecentEmbeddings(options.recentBytes ?? DEFAULT_RECENT_BYTES),
      cache: cacheFolder === undefined ? undefined : embeddingCache(cacheFolder, options.cacheBytes),
    };
    this.#pool = new WorkerPool(this.settings.workers, () => this.#nextTask());
  }

  /** Opens an encoder in a first worker, so that whatever is wrong with it is said now. Throws ModelError. */
  async open(request: EncoderRequest, signal: AbortSignal): Promise<Encoder> {
    const { provider, threadsPerWorker, runtime } = this.settings;
    const spec = encoderSpec(request, { provider, threads: threadsPerWorker, runtime, cutFolder: this.#cutFolder });
    const facts = this.#opening.then(() => this.#facts(spec, signal));
    this.#opening = facts.catch(() => undefined);
    const { specialIds } = await facts;
    const line = this.#lines.get(spec.key);
    if (line !== undefined) return line.encoder;
    const encoder = { model: request.model, spec, specialIds };
    this.#lines.set(spec.key, new EncoderLine(encoder, this.#stores));
    return encoder;
  }

  /** One embedding a text, in the order given. Rejects with InterruptedError as soon as `signal` is aborted. */
  async embed(encoder: Encoder, texts: readonly string[], options: EmbedOptions): Promise<readonly Embedding[]> {
    const { signal, keep = false } = options;
    throwIfAborted(signal);
    const line = this.#lines.get(encoder.spec.key);
    if (line === undefined) throw closedError();
    const claim = line.claim(texts, keep);
    const { found, jobs, hashes } = claim;
    void this.#start(line, claim.fresh);
    try {
      await unlessAborted(
        Promise.all([...jobs].map(async ([hash, job]) => found.set(hash, await job.outcome))),
        signal,
      );
    } finally {
      line.leave(claim);
    }
    return hashes.flatMap((hash) => found.get(hash) ?? []);
  }

  /** Token ids of texts, in the order given. */
  async tokenize(encoder: Encoder, texts: readonly string[], signal: AbortSignal): Promise<readonly EncodedText[]> {
    const { spec } = encoder;
    const parts = await this.#callInParts(partsOf(texts, TEXTS_A_MESSAGE), signal, (part) => ({
      encoder: spec,
      call: "tokenize" as const,
      request: { encoder: spec.key, texts: part },
    }));
    return parts.flat();
  }

  /** Greedy matching of pairs of token embeddings, in the order given. */
  async match(pairs: readonly VectorPair[], signal: AbortSignal): Promise<readonly Matches[]> {
    const bytes = pairs.map(({ candidate, reference }) => candidate.values.byteLength + reference.values.byteLength);
    const groups = consecutiveByWeight(bytes, BYTES_A_MESSAGE).map(([from, to]) => pairs.slice(from, to));
    const parts = await this.#callInParts(groups, signal, (request) => ({ call: "match" as const, request }));
    return parts.flat();
  }

  /** Rejects what waits, finishes what runs, releases the sessions and ends the threads. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    for (const task of this.#urgent.splice(0)) task.fail(closedError());
    for (const line of this.#lines.values()) line.failAll(closedError());
    this.#lines.clear();
    await this.#pool.close();
    await Promise.all(this.#unfinished);
    await this.#stores.cache?.close();
  }

  /** Looks texts up on disk and has the others tokenized. The jobs tell of success and failure; this never rejects. */
  async #start(line: EncoderLine, jobs: readonly TextJob[]): Promise<void> {
    // All of them before the first is embedded: batches are the fuller the more texts wait.
    const missing: TextJob[] = [];
    for (const part of partsOf(jobs, TEXTS_A_MESSAGE)) missing.push(...(await line.fromDisk(part)));
    for (const part of partsOf(missing, TEXTS_A_MESSAGE)) this.#enqueue(this.#tokenizeTask(line, part));
  }

  #tokenizeTask(line: EncoderLine, jobs: readonly TextJob[]): Task {
    const { spec } = line.encoder;
    return textTask(line, jobs, async (thread) => {
      const wanted = line.wanted(jobs);
      const encoded = await thread.call("tokenize", { encoder: spec.key, texts: wanted.map(({ text }) => text) });
      for (const [index, job] of wanted.entries()) line.queue(job, answered(encoded[index]));
      this.#pool.wake();
    });
  }

  #embedTask(line: EncoderLine, jobs: readonly TextJob[]): Task {
    const { spec } = line.encoder;
    return textTask(line, jobs, async (thread) => {
      const texts = jobs.map(({ encoded }) => answered(encoded).ids);
      const vectors = await thread.call("embed", { encoder: spec.key, texts });
      // The thread goes on with the next batch while this one is written to disk.
      for (const [index, job] of jobs.entries())
        this.#track(line.finish(job, answered(job.encoded), answered(vectors[index])));
    });
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#unfinished.delete(tracked));
    this.#unfinished.add(tracked);
  }

  #enqueue(task: Task): void {
    if (this.#closing !== undefined) {
      task.fail(closedError());
      return;
    }
    this.#urgent.push(task);
    this.#pool.wake();
  }

  #nextTask(): Task | undefined {
    const urgent = this.#urgent.shift();
    if (urgent !== undefined) return urgent;
    for (const [key, line] of this.#lines) {
      const jobs = line.nextBatch(this.settings.tokenSlots);
      if (jobs.length === 0) continue;
      // To the end of the row: the encoders take turns.
      this.#lines.delete(key);
      this.#lines.set(key, line);
      return this.#embedTask(line, jobs);
    }
    return undefined;
  }

  #facts(encoder: EncoderSpec, signal: AbortSignal): Promise<EncoderFacts> {
    const facts = new Promise<EncoderFacts>((resolve, reject) => {
      this.#enqueue({
        encoder,
        fail: reject,
        run: async (_, facts) => (facts === undefined ? reject(closedError()) : resolve(facts)),
      });
    });
    return unlessAborted(facts, signal);
  }

  /** Sends work that needs no batching to the workers, part by part, and gathers the answers in order. */
  #callInParts<Item, Call extends WorkerCall>(
    parts: readonly (readonly Item[])[],
    signal: AbortSignal,
    callFor: (part: readonly Item[]) => { encoder?: EncoderSpec; call: Call; request: WorkerCalls[Call]["request"] },
  ): Promise<WorkerCalls[Call]["response"][]> {
    throwIfAborted(signal);
    const answers = parts.map((part) => {
      const { encoder, call, request } = callFor(part);
      return new Promise<WorkerCalls[Call]["response"]>((resolve, reject) => {
        this.#enqueue({
          ...(encoder === undefined ? {} : { encoder }),
          fail: reject,
          run: async (thread) => {
            if (!signal.aborted) await thread.call(call, request).then(resolve, reject);
          },
        });
      });
    });
    return unlessAborted(Promise.all(answers), signal);
  }
}

function partsOf<Item>(items: readonly Item[], size: number): (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, part) =>
    items.slice(part * size, (part + 1) * size),
  );
}

/** A task for several texts, whose failure is the failure of each. */
function textTask(line: EncoderLine, jobs: readonly TextJob[], run: (thread: WorkerThread) => Promise<void>): Task {
  const fail = (error: unknown) => line.fail(jobs, error);
  return { encoder: line.encoder.spec, fail, run: (thread) => run(thread).catch(fail) };
}

/** Workers answer one for one. */
function answered<T>(answer: T | undefined): T {
  if (answer === undefined) throw new Error("a worker's answer lacks a text");
  return answer;
}

function embeddingCache(folder: string, capacityBytes = DEFAULT_CACHE_BYTES): EmbeddingCache {
  return new EmbeddingCache({ folder: join(folder, "embeddings"), capacityBytes });
}

function closedError(): ModelError {
  return new ModelError({
    kind: "engine-closed",
    message: "the inference engine is closed",
    hint: "close it after the last score",
  });
}

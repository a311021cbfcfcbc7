import { createHash } from "node:crypto";
import type { EncodedText } from "../token-encoder.ts";
import type { Vectors } from "../worker/protocol.ts";
import type { Embedding } from "./embedding.ts";
import type { EmbeddingCache } from "./embedding-cache.ts";
import type { Encoder } from "./encoder.ts";
import { LengthBuckets } from "./length-buckets.ts";
import type { RecentEmbeddings } from "./recent-embeddings.ts";
import { TextJob } from "./text-job.ts";

/** Where embeddings may be found that were computed before. */
export interface EmbeddingStores {
  readonly recent: RecentEmbeddings;
  /** On disk; absent when nothing is kept. */
  readonly cache: EmbeddingCache | undefined;
}

/** One caller's texts: what is there already, and the jobs whose outcome it waits for. Keys are the texts' hashes. */
export interface Claim {
  readonly found: Map<string, Embedding>;
  readonly jobs: Map<string, TextJob>;
  /** The jobs nobody asked for before; they have to be started. */
  readonly fresh: readonly TextJob[];
  /** The hash of each of the caller's texts. */
  readonly hashes: readonly string[];
}

/** The texts that wait for one encoder. Equal texts are one job, whoever asks. */
export class EncoderLine {
  readonly encoder: Encoder;
  readonly #stores: EmbeddingStores;
  readonly #jobs = new Map<string, TextJob>();
  readonly #buckets = new LengthBuckets<TextJob>();

  constructor(encoder: Encoder, stores: EmbeddingStores) {
    this.encoder = encoder;
    this.#stores = stores;
  }

  /** Joins the jobs of all texts that aren't at hand. `keep`: their embeddings are worth keeping on disk. */
  claim(texts: readonly string[], keep: boolean): Claim {
    const found = new Map<string, Embedding>();
    const jobs = new Map<string, TextJob>();
    const fresh: TextJob[] = [];
    const hashes = texts.map((text) => {
      const hash = createHash("sha256").update(text).digest("hex");
      if (found.has(hash) || jobs.has(hash)) return hash;
      const recent = this.#stores.recent.get(this.#recentKey(hash));
      if (recent !== undefined) {
        found.set(hash, recent);
        return hash;
      }
      const running = this.#jobs.get(hash);
      const job = running ?? new TextJob(text, hash);
      if (running === undefined) fresh.push(job);
      this.#jobs.set(hash, job);
      jobs.set(hash, job);
      job.keep ||= keep;
      job.join();
      return hash;
    });
    return { found, jobs, fresh, hashes };
  }

  /** Leaves the jobs of a claim; those that nobody wants any more are dropped, unless they are running. */
  leave({ jobs }: Claim): void {
    for (const job of jobs.values()) job.leave();
    this.#buckets.removeWhere((job) => !job.wanted && this.#jobs.delete(job.hash));
  }

  /** Settles the jobs whose embedding is on disk; gives the others back. */
  async fromDisk(jobs: readonly TextJob[]): Promise<TextJob[]> {
    const { cache } = this.#stores;
    if (cache === undefined) return [...jobs];
    const missing = await Promise.all(
      jobs.map(async (job) => {
        const stored = await cache.get(this.encoder.spec.key, job.hash);
        if (stored === undefined) return [job];
        this.#settle(job, stored);
        return [];
      }),
    );
    return missing.flat();
  }

  /** The jobs among these that somebody still waits for. */
  wanted(jobs: readonly TextJob[]): TextJob[] {
    return jobs.filter((job) => job.wanted || !this.#jobs.delete(job.hash));
  }

  /** A tokenized text is ready to be run. */
  queue(job: TextJob, encoded: EncodedText): void {
    job.encoded = encoded;
    this.#buckets.add(job);
  }

  /** The next batch; empty when nothing is ready. */
  nextBatch(tokenSlots: number): TextJob[] {
    return this.#buckets.take(this.encoder.model.batchable ? tokenSlots : 1);
  }

  /** Keeps a computed embedding and gives it to whoever waits. */
  async finish(job: TextJob, encoded: EncodedText, vectors: Vectors): Promise<void> {
    const embedding = { ...encoded, vectors };
    if (job.keep) await this.#stores.cache?.put(this.encoder.spec.key, job.hash, embedding);
    this.#settle(job, embedding);
  }

  fail(jobs: readonly TextJob[], error: unknown): void {
    for (const job of jobs) {
      this.#jobs.delete(job.hash);
      job.fail(error);
    }
  }

  failAll(error: unknown): void {
    this.fail([...this.#jobs.values()], error);
    this.#buckets.removeWhere(() => true);
  }

  #settle(job: TextJob, embedding: Embedding): void {
    this.#stores.recent.set(this.#recentKey(job.hash), embedding);
    this.#jobs.delete(job.hash);
    job.succeed(embedding);
  }

  #recentKey(hash: string): string {
    return `${this.encoder.spec.key}/${hash}`;
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { findDatasets, openStore } from "../../src/compose.ts";
import type { AnswerRecord, JournalRecord } from "../../src/domain/record.ts";
import { readEnv } from "../../src/env.ts";
import { openQueuedService } from "../../src/service/queue/open-queued-service.ts";
import type { QueuedRunService } from "../../src/service/queue/queued-run-service.ts";
import { loadSpec } from "../../src/spec/load.ts";
import type { ResolvedSpec } from "../../src/spec/resolved.ts";
import { type RunStore, START } from "../../src/store/run-store.ts";
import { RedisServer } from "../../test/support/redis-server.ts";
import { SimulatedOllama } from "../../test/support/simulated-ollama.ts";

const DIST = join(import.meta.dirname, "..", "..", "dist");

export interface FleetOptions {
  readonly models: number;
  readonly itemsPerModel: number;
  readonly latencyMs: number;
  /** Requests that one worker has in flight. */
  readonly concurrency: number;
  /** URL of a database; by default runs are files. */
  readonly database?: string;
}

interface Worker {
  readonly child: ChildProcess;
  readonly healthUrl: string;
}

/** A simulated backend, Redis, a store, and workers in processes of their own. */
export class Fleet {
  readonly #redis: RedisServer;
  readonly #ollama: SimulatedOllama;
  readonly #folder: string;
  readonly #runs: string;
  readonly #workers: Worker[] = [];
  #seed = 0;
  readonly store: RunStore;
  readonly service: QueuedRunService;
  readonly spec: ResolvedSpec;

  private constructor(redis: RedisServer, ollama: SimulatedOllama, folder: string, runs: string, spec: ResolvedSpec) {
    this.#redis = redis;
    this.#ollama = ollama;
    this.#folder = folder;
    this.#runs = runs;
    this.spec = spec;
    this.store = openStore(runs);
    this.service = openQueuedService(this.store, redis.url, { onEvent: () => {}, onTrouble: () => {} }).service;
  }

  static async start(options: FleetOptions): Promise<Fleet> {
    const folder = await mkdtemp(join(tmpdir(), "quantgate-bench-"));
    const redis = await RedisServer.start();
    const names = ["FP16", "Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q3_K_S", "Q2_K"].slice(0, options.models);
    const ollama = await SimulatedOllama.start({
      models: names.map((name) => `demo:${name}`),
      latencyMs: options.latencyMs,
    });
    const backend = `{ type: ollama, url: "${ollama.url}", concurrency: ${options.concurrency} }`;
    await writeFile(
      join(folder, "backends.yaml"),
      `backends:\n  sim: ${backend}\nallowPrivate: [sim]\nlimits: { sim: { shards: 8 } }\n`,
    );
    const variants = names.map((name) => `      - { quantization: ${name}, model: "demo:${name}" }\n`).join("");
    const task = `{ dataset: demo-quiz-mc, protocol: generated-letter, limit: ${options.itemsPerModel} }`;
    await writeFile(
      join(folder, "spec.yaml"),
      `name: bench\nbackends:\n  sim: ${backend}\nmodels:\n  - name: demo\n    variants:\n${variants}tasks:\n  - ${task}\n`,
    );
    const spec = await loadSpec(join(folder, "spec.yaml"), findDatasets(readEnv(process.env)));
    return new Fleet(redis, ollama, folder, options.database ?? join(folder, "runs"), spec);
  }

  get cacheFolder(): string {
    return join(this.#folder, "cache");
  }

  async startWorker(kind: "generate" | "score" | "finalize"): Promise<void> {
    const child = spawn(process.execPath, [join(DIST, "workers", `${kind}.js`)], {
      env: {
        ...process.env,
        QUANTGATE_RUNS: this.#runs,
        ...(this.#runs.startsWith("postgres:")
          ? { QUANTGATE_DATABASE_URL: this.#runs, QUANTGATE_RUNS: undefined }
          : {}),
        QUANTGATE_CACHE: this.cacheFolder,
        QUANTGATE_REDIS_URL: this.#redis.url,
        QUANTGATE_BACKENDS: join(this.#folder, "backends.yaml"),
        QUANTGATE_HEALTH_PORT: "0",
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const healthUrl = await new Promise<string>((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`${kind} has ended with ${code}`)));
      createInterface({ input: child.stdout }).on("line", (text) => {
        const line = JSON.parse(text) as { readonly msg?: string; readonly health?: string };
        if (line.msg === "working") resolve(line.health ?? "");
      });
    });
    this.#workers.push({ child, healthUrl });
  }

  /** The spec with a seed that no run had yet, so that no answer comes from a cache. */
  nextSpec(): ResolvedSpec {
    this.#seed += 1;
    return { ...this.spec, seed: this.#seed };
  }

  /** Submits the spec and waits for its end: its answers, and seconds from submission to verdict. */
  async run(): Promise<{ readonly seconds: number; readonly answers: readonly AnswerRecord[] }> {
    const startedMs = performance.now();
    const { id } = await this.service.submit(this.nextSpec(), { submittedBy: "bench" });
    const { signal } = new AbortController();
    for await (const { state } of this.service.events(id, -1, signal))
      if (state.phase === "ended" && state.status !== "completed") throw new Error(state.failure ?? state.status);
    const seconds = (performance.now() - startedMs) / 1000;
    return { seconds, answers: await answersOf(this.store, id) };
  }

  /** The longest that the event loop of any worker was held up since the last look, in milliseconds. */
  async longestLagMs(): Promise<number> {
    let longest = 0;
    for (const { healthUrl } of this.#workers) {
      const text = await (await fetch(`${healthUrl}/metrics`)).text();
      const seconds = /^quantgate_nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text)?.[1];
      longest = Math.max(longest, 1000 * Number(seconds ?? 0));
    }
    return longest;
  }

  async stop(): Promise<void> {
    for (const { child } of this.#workers) {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    }
    await this.service.close();
    await this.store.close();
    await this.#ollama.close();
    await this.#redis.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A run's answers, from its journal. */
export async function answersOf(store: RunStore, id: string): Promise<readonly AnswerRecord[]> {
  const answers: AnswerRecord[] = [];
  for await (const { text } of (await store.open(id)).lines("records", START, new AbortController().signal)) {
    const record = JSON.parse(text) as JournalRecord;
    if (record.type === "answer") answers.push(record);
  }
  return answers;
}

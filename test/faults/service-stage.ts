import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect } from "vitest";
import { findDatasets, openStore } from "../../src/compose.ts";
import type { AnswerRecord, JournalRecord } from "../../src/domain/record.ts";
import { readEnv } from "../../src/env.ts";
import { openSources } from "../../src/pipeline/open-sources.ts";
import type { RunState } from "../../src/service/api/run-service.ts";
import { openQueuedService } from "../../src/service/queue/open-queued-service.ts";
import type { QueuedRunService } from "../../src/service/queue/queued-run-service.ts";
import { generateQueue, Queues } from "../../src/service/queue/queues.ts";
import { loadSpec } from "../../src/spec/load.ts";
import type { ResolvedSpec } from "../../src/spec/resolved.ts";
import { type RunStore, START } from "../../src/store/run-store.ts";
import { buildRequest } from "../../src/task/build-request.ts";
import { cli, until } from "../support/cli.ts";
import { collect } from "../support/collect.ts";
import type { PostgresServer } from "../support/postgres-server.ts";
import { RedisServer } from "../support/redis-server.ts";
import { SimulatedOllama } from "../support/simulated-ollama.ts";

const DIST = join(import.meta.dirname, "..", "..", "dist");
const WORKERS = join(DIST, "workers");
const MAIN = join(DIST, "src", "cli", "main.js");
const QUANTIZATIONS = ["FP16", "Q4_K_M"] as const;
const TASKS = { "demo-qa": 40, "demo-code": 40, "demo-classification": 40 } as const;
export const ANSWERS = QUANTIZATIONS.length * Object.values(TASKS).reduce((sum, items) => sum + items, 0);

export type WorkerKind = "generate" | "score" | "finalize" | "all";
type LogLine = Readonly<Record<string, unknown>>;

/** A worker in a process of its own, as an operator starts it. */
export class WorkerProcess {
  readonly child: ChildProcess;
  readonly log: LogLine[] = [];

  constructor(child: ChildProcess) {
    this.child = child;
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on("line", (line) => {
        try {
          this.log.push(JSON.parse(line) as LogLine);
        } catch {
          this.log.push({ msg: line });
        }
      });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves when a line of the log says this; rejects when the worker is gone before. */
  async says(message: string, fits: (line: LogLine) => boolean = () => true): Promise<void> {
    await until(() => {
      if (this.log.some((line) => line.msg === message && fits(line))) return true;
      if (this.#hasEnded()) throw new Error(`the worker has ended: ${JSON.stringify(this.log.slice(-3))}`);
      return false;
    });
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    if (this.#hasEnded()) return;
    // A child of it would be left behind.
    expect(await childrenOf(this.pid)).toBe("");
    const gone = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await gone;
  }

  /** Ends it as a supervisor does; returns its exit code. */
  async stop(): Promise<number | null> {
    if (this.#hasEnded()) return this.child.exitCode;
    expect(await childrenOf(this.pid)).toBe("");
    const gone = once(this.child, "exit");
    this.child.kill("SIGTERM");
    await gone;
    return this.child.exitCode;
  }

  #hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }
}

/** What a run found. */
export interface ServiceOutcome {
  readonly state: RunState;
  readonly summary: string | undefined;
  readonly verdicts: string | undefined;
  readonly records: readonly AnswerRecord[];
}

export interface StageOptions {
  /** The same for runs that are to be compared: where it listens is part of a spec. */
  readonly ollama: SimulatedOllama;
  readonly latencyMs: number;
  readonly postgres?: PostgresServer;
  /** Variables of the workers and the API, besides those that every stage has. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A backend for stages. */
export function startOllama(): Promise<SimulatedOllama> {
  return SimulatedOllama.start({ models: QUANTIZATIONS.map((name) => `demo:${name}`), latencyMs: 0 });
}

/** Redis, a simulated backend, a store, and workers that come and go. */
export class ServiceStage {
  readonly redis: RedisServer;
  readonly ollama: SimulatedOllama;
  readonly folder: string;
  /** Folder of runs, or URL of a database. */
  readonly runs: string;
  readonly store: RunStore;
  readonly service: QueuedRunService;
  readonly spec: ResolvedSpec;
  readonly workers: WorkerProcess[] = [];
  readonly #apis: ChildProcess[] = [];
  readonly #env: NodeJS.ProcessEnv;

  private constructor(
    parts: Pick<ServiceStage, "redis" | "ollama" | "folder" | "runs" | "store" | "spec">,
    env: NodeJS.ProcessEnv,
  ) {
    this.#env = env;
    this.redis = parts.redis;
    this.ollama = parts.ollama;
    this.folder = parts.folder;
    this.runs = parts.runs;
    this.store = parts.store;
    this.spec = parts.spec;
    this.service = this.openService();
  }

  static async set({ ollama, latencyMs, postgres, env = {} }: StageOptions): Promise<ServiceStage> {
    const folder = await mkdtemp(join(tmpdir(), "quantgate-stage-"));
    const redis = await RedisServer.start();
    ollama.latencyMs = latencyMs;
    ollama.asked.clear();
    const runs = (await postgres?.makeDatabase()) ?? join(folder, "runs");
    const backend = `{ type: ollama, url: "${ollama.url}", concurrency: 4, retries: 1 }`;
    await writeFile(
      join(folder, "backends.yaml"),
      `backends:\n  sim: ${backend}\nallowPrivate: [sim]\nlimits: { sim: { shards: 4 } }\n`,
    );
    const variants = QUANTIZATIONS.map((name) => `      - { quantization: ${name}, model: "demo:${name}" }\n`);
    const tasks = Object.entries(TASKS).map(([name, items]) => `  - { dataset: ${name}, limit: ${items} }\n`);
    await writeFile(
      join(folder, "spec.yaml"),
      `name: stage\nbackends:\n  sim: ${backend}\nmodels:\n  - name: demo\n    variants:\n${variants.join("")}tasks:\n${tasks.join("")}scorers: { neural: skip }\n`,
    );
    const spec = await loadSpec(join(folder, "spec.yaml"), findDatasets(readEnv(process.env)));
    return new ServiceStage({ redis, ollama, folder, runs, store: openStore(runs), spec }, env);
  }

  /** Another API process would have one of its own. */
  openService(): QueuedRunService {
    return openQueuedService(this.store, this.redis.url, { onEvent: () => {}, onTrouble: () => {} }).service;
  }

  /** Starts a worker and waits until it works. `maxFileKib`: the size that no file of it may exceed, as on a full disk. */
  async start(
    kind: WorkerKind,
    { maxFileKib, graceMs = 5_000 }: { readonly maxFileKib?: number; readonly graceMs?: number } = {},
  ): Promise<WorkerProcess> {
    const file = join(WORKERS, `${kind}.js`);
    const [command, args] =
      maxFileKib === undefined
        ? [process.execPath, [file]]
        : ["bash", ["-c", `ulimit -f ${maxFileKib} && exec "$0" "$@"`, process.execPath, file]];
    const child = spawn(command, args, {
      env: {
        ...process.env,
        QUANTGATE_RUNS: this.runs,
        QUANTGATE_DATABASE_URL: undefined,
        ...(this.runs.startsWith("postgres:") ? { QUANTGATE_DATABASE_URL: this.runs, QUANTGATE_RUNS: undefined } : {}),
        QUANTGATE_CACHE: join(this.folder, "cache", String(this.workers.length)),
        QUANTGATE_REDIS_URL: this.redis.url,
        QUANTGATE_BACKENDS: join(this.folder, "backends.yaml"),
        QUANTGATE_LOCK_MS: "2000",
        QUANTGATE_RECONCILE_MS: "1000",
        QUANTGATE_GRACE_MS: String(graceMs),
        QUANTGATE_LOG_LEVEL: "debug",
        ...this.#env,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const worker = new WorkerProcess(child);
    this.workers.push(worker);
    await worker.says("working");
    return worker;
  }

  async submit(idempotencyKey = "once"): Promise<string> {
    return (await this.service.submit(this.spec, { submittedBy: "test", idempotencyKey })).id;
  }

  /** The spec as a caller of the API sends it. */
  submission(): object {
    const variants = QUANTIZATIONS.map((name) => ({ quantization: name, model: `demo:${name}`, backend: "sim" }));
    return {
      name: "stage",
      models: [{ name: "demo", variants }],
      tasks: Object.entries(TASKS).map(([dataset, limit]) => ({ dataset, limit })),
      scorers: { neural: "skip" },
    };
  }

  /** Starts the HTTP API; it is killed when the stage is struck. `queued`: whether it leaves runs to workers. */
  async startApi({ queued = true } = {}): Promise<{ readonly url: string; readonly child: ChildProcess }> {
    const args = ["serve", "--insecure-no-auth", "--port", "0", "--backends", join(this.folder, "backends.yaml")];
    const redis = queued ? { QUANTGATE_REDIS_URL: this.redis.url } : {};
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, QUANTGATE_RUNS: this.runs, ...redis, ...this.#env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#apis.push(child);
    const url = await new Promise<string>((resolve, reject) => {
      child.once("exit", (code) => reject(new Error(`the API has ended with ${code}`)));
      createInterface({ input: child.stdout }).on("line", (text) => {
        const line = JSON.parse(text) as { readonly msg?: string; readonly url?: string };
        if (line.msg === "listening" && line.url !== undefined) resolve(line.url);
      });
    });
    return { url, child };
  }

  /** Resolves when the backend has given so many answers more. */
  async answers(more: number): Promise<void> {
    const before = this.ollama.answered;
    await until(() => this.ollama.answered >= before + more);
  }

  /** Shards that wait or are worked on. */
  async shards(): Promise<number> {
    const queues = new Queues(this.redis.url, () => {});
    const { waiting = 0, active = 0, delayed = 0 } = await queues.counts(generateQueue("sim"));
    await queues.close();
    return waiting + active + delayed;
  }

  /** Questions of the run that the backend was asked more than once. */
  async askedAgain(): Promise<readonly string[]> {
    const again: string[] = [];
    const { byTask, close } = await openSources(this.spec.tasks, new AbortController().signal);
    for (const task of this.spec.tasks) {
      const source = byTask.get(task.name);
      for (let index = 0; source !== undefined && index < task.items; index += 1) {
        const { prompt } = buildRequest(task, await source.item(index), { temperature: 0, seed: this.spec.seed });
        for (const { source: model } of this.spec.models.flatMap(({ variants }) => variants))
          if ((this.ollama.asked.get(`${model}\n${prompt}`) ?? 0) > 1) again.push(prompt);
      }
    }
    await close();
    return again;
  }

  /** Waits for the run's end, and checks that each item has exactly one record. */
  async outcomeOf(id: string): Promise<ServiceOutcome> {
    await until(async () => (await this.service.status(id)).phase === "ended");
    const run = await this.store.open(id);
    const lines = await collect(run.lines("records", START, new AbortController().signal));
    const records = lines
      .map(({ text }) => JSON.parse(text) as JournalRecord)
      .filter((record): record is AnswerRecord => record.type === "answer");
    const places = records.map(({ variant, task, index }) => `${variant} ${task} ${index}`);
    expect(new Set(places).size).toBe(places.length);
    return {
      state: await this.service.status(id),
      summary: await run.read("summary.json"),
      verdicts: await run.read("verdicts.json"),
      records,
    };
  }

  /** What a run of the same spec finds in one process without any faults. */
  async undisturbed(): Promise<Pick<ServiceOutcome, "summary" | "verdicts">> {
    const runs = join(this.folder, "undisturbed");
    const done = await cli(["run", join(this.folder, "spec.yaml"), "--runs", runs, "--quiet"]);
    expect(done.code, done.stderr).toBeOneOf([0, 1, 3]);
    const run = await openStore(runs).open((await openStore(runs).list())[0] ?? "");
    const read = (name: string): Promise<string> => readFile(join(run.location, name), "utf8");
    return { summary: await read("summary.json"), verdicts: await read("verdicts.json") };
  }

  /** Ends everything; a worker that doesn't end well by itself is a failure. */
  async strike(): Promise<void> {
    for (const api of this.#apis) api.kill("SIGKILL");
    const codes: (number | null)[] = [];
    for (const worker of this.workers) {
      worker.signal("SIGCONT");
      const wasKilled = worker.child.signalCode !== null;
      const code = await worker.stop();
      if (!wasKilled) codes.push(code);
    }
    await this.service.close();
    await this.store.close();
    await this.redis.remove();
    await rm(this.folder, { recursive: true, force: true });
    expect(codes.filter((code) => code !== 0)).toEqual([]);
  }
}

async function childrenOf(pid: number): Promise<string> {
  return (await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "")).trim();
}

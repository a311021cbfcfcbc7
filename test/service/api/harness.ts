import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { evaluationServices, findDatasets } from "../../../src/compose.ts";
import { readEnv } from "../../../src/env.ts";
import type { EvaluationServices } from "../../../src/pipeline/evaluation.ts";
import { loadBackendRegistry } from "../../../src/service/api/backend-registry.ts";
import { executeHere } from "../../../src/service/api/execute-here.ts";
import { InProcessRunService, type ServiceEvent } from "../../../src/service/api/in-process-service.ts";
import { listen } from "../../../src/service/api/listen.ts";
import { makeLogger } from "../../../src/service/api/logger.ts";
import { Metrics } from "../../../src/service/api/metrics.ts";
import { type Scope, Tokens } from "../../../src/service/api/tokens.ts";
import type { QueueName } from "../../../src/service/queue/queues.ts";
import { Schedules } from "../../../src/service/queue/schedules.ts";
import { FileStore } from "../../../src/store/file-store.ts";
import { temporaryFolder } from "../../support/cli.ts";

const QUIZ = new URL("../../../datasets/demo-quiz-mc/items.jsonl", import.meta.url);

/** Items of the quiz that the recorded models answer. */
export const ITEMS = 40;

/** Writes recorded answers of three models to the quiz, and the file that registers them; returns its path. */
export async function writeRegistry(folder: string, extra = ""): Promise<string> {
  const rows = (await readFile(QUIZ, "utf8")).split("\n").slice(0, ITEMS);
  const write = async (name: string, isWrong: (index: number) => boolean): Promise<void> => {
    const lines = rows.map((row, index) => {
      const { id, answer } = JSON.parse(row) as { readonly id: string; readonly answer: string };
      const right = "ABCD".indexOf(answer);
      const chosen = isWrong(index) ? (right + 1) % 4 : right;
      return JSON.stringify({
        item: id,
        continuations: [0, 1, 2, 3].map((choice) => (choice === chosen ? -0.1 : -40)),
      });
    });
    await writeFile(join(folder, `${name}.jsonl`), `${lines.join("\n")}\n`);
  };
  await write("good", () => false);
  await write("same", () => false);
  await write("bad", (index) => index % 2 === 0);
  const path = join(folder, "backends.yaml");
  await writeFile(
    path,
    `backends:\n  taped: { type: recorded }\nmodels: { good: ./good.jsonl, same: ./same.jsonl, bad: ./bad.jsonl }\n${extra}`,
  );
  return path;
}

/** A spec that names the recorded models. */
export function specOf(variants: Readonly<Record<string, string>> = { FP16: "good", Q4_K_M: "bad" }, name = "small") {
  return {
    name,
    models: [
      {
        name: "taped-1b",
        variants: Object.entries(variants).map(([quantization, model]) => ({ quantization, model, backend: "taped" })),
      },
    ],
    tasks: [{ dataset: "demo-quiz-mc", limit: ITEMS }],
    scorers: { neural: "skip" as const },
  };
}

export interface Harness {
  readonly url: string;
  readonly folder: string;
  readonly store: FileStore;
  readonly service: InProcessRunService;
  readonly tokens: Readonly<Record<Scope, string>>;
  readonly log: string[];
  readonly events: ServiceEvent[];
  close(): Promise<void>;
}

export interface HarnessOptions {
  readonly folder?: string;
  readonly requestsPerMinute?: number;
  readonly authentication?: "tokens" | "none";
  readonly maxAnswers?: number;
  /** False: as without Redis. */
  readonly clock?: boolean;
  readonly change?: (services: EvaluationServices) => EvaluationServices;
}

/** The service on a free port, with recorded models and a token for each scope; closed when the test ends. */
export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const folder = options.folder ?? (await temporaryFolder());
  const store = new FileStore(join(folder, "runs"));
  const env = readEnv({ QUANTGATE_RUNS: join(folder, "runs"), QUANTGATE_CACHE: join(folder, "cache") });
  const backends = await loadBackendRegistry(await writeRegistry(folder));
  const log: string[] = [];
  const events: ServiceEvent[] = [];
  const metrics = new Metrics();
  const services = evaluationServices(store, env, { probe: false, answerCache: false });
  const service = await InProcessRunService.start({
    services,
    execute: executeHere(options.change?.(services) ?? services),
    onEvent: (_, event) => {
      metrics.observe(event);
      events.push(event);
    },
  });
  metrics.watch(service);
  const tokens = new Tokens(store.collection("tokens"), () => performance.now());
  const made: Record<Scope, string> = { read: "", submit: "", admin: "" };
  for (const scope of ["read", "submit", "admin"] as const) {
    await tokens.remove(scope).catch(() => {});
    made[scope] = await tokens.add(scope, [scope], new Date());
  }
  const listening = await listen(
    {
      service,
      store,
      ...(options.clock === false
        ? {}
        : { schedules: new Schedules(store.collection("schedules"), new StillClock(), () => new Date()) }),
      backends,
      findDatasets: findDatasets(env),
      authentication: options.authentication === "none" ? { kind: "none" } : { kind: "tokens", tokens },
      log: makeLogger("info", { write: (line) => log.push(line) }),
      metrics,
      version: "0.0.0-test",
      requestsPerMinute: options.requestsPerMinute ?? 100_000,
      maxAnswers: options.maxAnswers ?? 100_000,
    },
    { host: "127.0.0.1", port: 0 },
  );
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= listening.close();
    return closed;
  };
  onTestFinished(close);
  return { url: listening.url, folder, store, service, tokens: made, log, events, close };
}

/** Knows what it is to repeat and never does. */
class StillClock {
  readonly #next = new Map<string, Date | undefined>();

  async repeat(_: QueueName, id: string): Promise<void> {
    this.#next.set(id, new Date("2026-03-16T03:00:00Z"));
  }

  async repeated(): Promise<ReadonlyMap<string, Date | undefined>> {
    return this.#next;
  }

  async stopRepeating(_: QueueName, id: string): Promise<void> {
    this.#next.delete(id);
  }
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/** One request, with the token of a scope. */
export async function ask(
  harness: Harness,
  method: string,
  path: string,
  {
    scope = "admin",
    body,
    headers = {},
  }: {
    readonly scope?: Scope | "nobody";
    readonly body?: unknown;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<Answered> {
  const response = await fetch(`${harness.url}${path}`, {
    method,
    redirect: "manual",
    headers: {
      ...(scope === "nobody" ? {} : { authorization: `Bearer ${harness.tokens[scope]}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== "" ? JSON.parse(text) : undefined,
  };
}

/** Submits a spec and waits for the end of its run. */
export async function runToEnd(harness: Harness, spec: object = specOf()): Promise<string> {
  const { json, status, text } = await ask(harness, "POST", "/api/v1/runs", { body: spec });
  if (status !== 201) throw new Error(text);
  const { id } = json as { readonly id: string };
  for await (const { state } of harness.service.events(id, -1, new AbortController().signal))
    if (state.phase === "ended") return id;
  throw new Error("the run has not ended");
}

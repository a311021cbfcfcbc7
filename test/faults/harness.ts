import { existsSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { AnswerRecord, JournalRecord } from "../../src/domain/record.ts";
import { linesOf, type RunningCli, startCli, temporaryFolder } from "../support/cli.ts";
import { DEMO_MODELS, type FakeServer, startFakeServer } from "../support/fake-server.ts";

export const QUIZ_ITEMS = 16;
export const QA_ITEMS = 6;
export const ITEMS = QUIZ_ITEMS + QA_ITEMS;
const VARIANTS = 2;
/** The probe has tests of its own; here it would only be in the way of the faults. */
export const RUN_FLAGS = ["--no-gate", "--no-probe", "--quiet"] as const;

/** A server that the runs of one test share: it may die and be started again on the same port. */
export interface Stage {
  readonly folder: string;
  readonly runs: string;
  readonly spec: string;
  readonly port: number;
  /** Runs started so far. */
  starts: number;
  /** Starts the server with faults; without any it is undisturbed. */
  serve(faults?: readonly string[], model?: string): Promise<FakeServer>;
}

type Dialect = "vllm" | "ollama";

/** A folder with a spec of two variants: the baseline embedded, the other behind a server. Nothing is served yet. */
export async function setStage(dialect: Dialect = "vllm", timeouts = { idleMs: 2000, totalMs: 8000 }): Promise<Stage> {
  const folder = await temporaryFolder();
  const first = await startFakeServer(serverArgs(dialect, 0, "demo-Q4_K_M"));
  const { port } = first;
  await first.kill("SIGKILL");
  const spec = join(folder, "spec.yaml");
  const type = dialect === "vllm" ? "openai" : "ollama";
  const quiz = dialect === "vllm" ? "continuation-logprob" : "generated-letter";
  await writeFile(
    spec,
    `name: faults
backends:
  embedded: { type: llama-cpp, contextSize: 128, threads: 1, concurrency: 2 }
  server:
    type: ${type}
    url: http://127.0.0.1:${port}
    concurrency: 4
    retries: 15
    outageMs: 120000
    timeouts: { connectMs: 2000, idleMs: ${timeouts.idleMs}, totalMs: ${timeouts.totalMs} }
models:
  - name: demo
    variants:
      - { quantization: FP16, model: ${join(DEMO_MODELS, "demo-F16.gguf")}, backend: embedded }
      - { quantization: Q4_K_M, model: demo, backend: server }
tasks:
  - { dataset: demo-quiz-mc, protocol: ${quiz}, maxTokens: 12, limit: ${QUIZ_ITEMS} }
  - { dataset: demo-qa, limit: ${QA_ITEMS} }
scorers: { neural: skip }
`,
  );
  return {
    folder,
    runs: join(folder, "runs"),
    spec,
    port,
    starts: 0,
    serve: (faults = [], model = "demo-Q4_K_M") => startFakeServer([...serverArgs(dialect, port, model), ...faults]),
  };
}

/** Starts `quantgate run` in a process of its own. */
export function startRun(stage: Stage, args: readonly string[] = [stage.spec]): RunningCli {
  stage.starts += 1;
  // A cache of its own: what another run was answered must not spare this one its faults.
  const env = { QUANTGATE_CACHE: join(stage.folder, `cache-${stage.starts}`) };
  return startCli(["run", ...args, ...RUN_FLAGS, "--runs", stage.runs], { env });
}

/** Runs a spec to its end, by itself. */
export async function run(
  stage: Stage,
  args?: readonly string[],
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  return startRun(stage, args).result;
}

/** Id of the newest run that has begun; empty while there is none. */
export async function newestRun(stage: Stage): Promise<string> {
  const ids = await readdir(stage.runs).catch(() => []);
  const begun = ids.filter((id) => existsSync(join(stage.runs, id, "manifest.json")));
  return begun.sort().at(-1) ?? "";
}

/** How many items have a record by now. */
export async function answered(stage: Stage, id: string): Promise<number> {
  return (await recordsOf(stage, id)).length;
}

export async function recordsOf(stage: Stage, id: string): Promise<readonly AnswerRecord[]> {
  const lines = await linesOf(join(stage.runs, id, "records.jsonl"));
  const records = lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as JournalRecord];
    } catch {
      return [];
    }
  });
  return records.filter((record): record is AnswerRecord => record.type === "answer");
}

export interface Outcome {
  readonly summary: string;
  readonly verdicts: string;
  readonly answers: readonly string[];
}

/** What a run found, after checking that every item ended in exactly one record, and that it is an answer. */
export async function outcomeOf(stage: Stage, id: string): Promise<Outcome> {
  const records = await recordsOf(stage, id);
  const keys = records.map((record) => `${record.variant} ${record.task} ${record.index}`);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).toHaveLength(ITEMS * VARIANTS);
  expect(records.filter(({ outcome }) => outcome.kind === "errored")).toEqual([]);
  const read = (name: string): Promise<string> => readFile(join(stage.runs, id, name), "utf8");
  return {
    summary: await read("summary.json"),
    verdicts: await read("verdicts.json"),
    answers: records.map(contentOf).sort(),
  };
}

/** An answer without its times. */
function contentOf({ variant, task, index, outcome }: AnswerRecord): string {
  if (outcome.kind !== "answered") return `${variant} ${task} ${index}: errored`;
  const { timings: _, ...answer } = outcome.answer;
  return `${variant} ${task} ${index}: ${JSON.stringify(answer)}`;
}

/** What an undisturbed run finds. */
export async function undisturbed(stage: Stage): Promise<Outcome> {
  const server = await stage.serve();
  const { code, stderr } = await run(stage);
  await server.kill("SIGTERM");
  expect(code, stderr).toBe(0);
  return outcomeOf(stage, await newestRun(stage));
}

function serverArgs(dialect: Dialect, port: number, model: string): string[] {
  const file = join(DEMO_MODELS, `${model}.gguf`);
  return ["--dialect", dialect, "--model", file, "--name", "demo", "--port", `${port}`];
}

/**
 * QuantGate as a library: load a spec, plan it, run it, read a run. The command line does the same through the same functions.
 *
 * ```ts
 * const spec = await loadSpec("eval.yaml");
 * const { summary } = await evaluate(spec, { runsFolder: "runs" });
 * ```
 */
import type { Summary } from "./analyze/summary.ts";
import { evaluationServices, findDatasets, openStore } from "./compose.ts";
import type { ProgressListener } from "./domain/progress.ts";
import type { JournalRecord } from "./domain/record.ts";
import { readEnv } from "./env.ts";
import { analyzeRun } from "./pipeline/analyze-run.ts";
import type { EvaluationServices } from "./pipeline/evaluation.ts";
import { resumeRun } from "./pipeline/resume-run.ts";
import { newRunId } from "./pipeline/run-id.ts";
import { startRun } from "./pipeline/start-run.ts";
import { makePlan, type Plan } from "./plan/plan.ts";
import { loadSpec as loadSpecFrom } from "./spec/load.ts";
import type { ResolvedSpec } from "./spec/resolved.ts";
import type { RunManifest } from "./store/manifest.ts";
import { type OnDamage, readLines } from "./store/read-lines.ts";
import { readManifest } from "./store/read-manifest.ts";
import { START } from "./store/run-store.ts";

export type { VariantComparison } from "./analyze/compare.ts";
export type {
  Accuracy,
  Aggregate,
  MetricSummary,
  ModelSummary,
  Summary,
  TaskSummary,
  VariantSummary,
} from "./analyze/summary.ts";
export type { BackendAnswer } from "./domain/answer.ts";
export { InterruptedError, QuantGateError, RunError, UsageError } from "./domain/errors.ts";
export type { ProgressEvent, ProgressListener } from "./domain/progress.ts";
export type { AnswerRecord, JournalRecord, OpenedRecord } from "./domain/record.ts";
export type { Score } from "./domain/score.ts";
export type { Plan, Unit } from "./plan/plan.ts";
export type { RunEvidence } from "./recommend/evidence.ts";
export type { QuestionInput } from "./recommend/question.ts";
export { type Recommendation, recommend } from "./recommend/recommend.ts";
export type { ResolvedSpec, ResolvedTask, ResolvedVariant } from "./spec/resolved.ts";
export { type SpecInput, specJsonSchema } from "./spec/schema.ts";
export type { RunManifest } from "./store/manifest.ts";
export type { DamagedLine } from "./store/read-lines.ts";

export interface EvaluateOptions {
  /** Folder of runs; made when it isn't there. */
  readonly runsFolder: string;
  readonly onProgress?: ProgressListener;
  /** Whether backends are probed before they are asked; default true. */
  readonly probe?: boolean;
  /** Whether answers are kept between runs, and taken from earlier ones; default true. */
  readonly answerCache?: boolean;
  /** Stops the run; what was answered is kept, and `resume` goes on. */
  readonly signal?: AbortSignal;
}

export interface EvaluatedRun {
  readonly id: string;
  readonly manifest: RunManifest;
  readonly summary: Summary;
}

/** Reads and checks a spec file, YAML or JSON. Throws `UsageError` with file, line and key on any bad input. */
export function loadSpec(path: string): Promise<ResolvedSpec> {
  return loadSpecFrom(path, findDatasets(readEnv(process.env)));
}

/** The units of work of a spec, in the order they run: by variant, then task, at most 100 items each. */
export function plan(spec: ResolvedSpec): Plan {
  return makePlan(spec);
}

/**
 * Evaluates a spec in this process. Throws `InterruptedError` when stopped, `RunError` when it can't go on; the run then stays on disk
 * for `resume`.
 */
export async function evaluate(spec: ResolvedSpec, options: EvaluateOptions): Promise<EvaluatedRun> {
  const services = servicesFor(options);
  const id = newRunId(spec.name, services.now(), Math.random);
  await startRun(spec, id, services, listening(options));
  return conclude(id, options);
}

/** Finishes a run that was stopped or killed. Its summary is the same, byte for byte, as that of an undisturbed run. */
export async function resume(id: string, options: EvaluateOptions): Promise<EvaluatedRun> {
  await resumeRun(id, servicesFor(options), listening(options));
  return conclude(id, options);
}

/**
 * A run on disk: how it was made, what it found (once it was analyzed), and its raw records, streamed. A damaged record is told to `onDamage` and
 * passed over. Throws `UsageError` when there is no such run.
 */
export async function readRun(
  id: string,
  options: { readonly runsFolder: string; readonly onDamage?: OnDamage; readonly signal?: AbortSignal },
) {
  const run = await openStore(options.runsFolder).open(id);
  const text = await run.read("summary.json");
  return {
    manifest: await readManifest(run),
    summary: text === undefined ? undefined : (JSON.parse(text) as Summary),
    async *records(): AsyncGenerator<JournalRecord> {
      const reading = { onDamage: options.onDamage ?? (() => {}), signal: signalOf(options) };
      for await (const { line } of readLines(run, "records", START, reading)) yield line;
    },
  };
}

async function conclude(id: string, options: EvaluateOptions): Promise<EvaluatedRun> {
  const run = await openStore(options.runsFolder).open(id);
  const { manifest, summary } = await analyzeRun(run, await readManifest(run), signalOf(options));
  return { id, manifest, summary };
}

function servicesFor({ runsFolder, probe = true, answerCache = true }: EvaluateOptions): EvaluationServices {
  return evaluationServices(openStore(runsFolder), readEnv(process.env), { probe, answerCache });
}

function listening(options: EvaluateOptions) {
  return { onProgress: options.onProgress ?? (() => {}), signal: signalOf(options) };
}

function signalOf(options: { readonly signal?: AbortSignal }): AbortSignal {
  return options.signal ?? new AbortController().signal;
}

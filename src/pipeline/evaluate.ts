import { availableParallelism, cpus, totalmem } from "node:os";
import type { Backend } from "../backend/backend.ts";
import type { ItemSource } from "../dataset/item-source.ts";
import {
  CancelledError,
  InterruptedError,
  messageOf,
  QuantGateError,
  UnavailableError,
  UsageError,
} from "../domain/errors.ts";
import type { JournalRecord, ProbeFinding, VariantIdentity } from "../domain/record.ts";
import { hasEnded, type RunStatus } from "../domain/run-status.ts";
import type { ScoreLine } from "../domain/score-row.ts";
import type { InferenceSettings } from "../domain/scoring.ts";
import type { Executor } from "../executor/executor.ts";
import { makePlan, type Plan, UNIT_ITEMS } from "../plan/plan.ts";
import { ProgressIndex } from "../plan/progress-index.ts";
import type { TaskScorers } from "../score/score-answers.ts";
import type { ResolvedSpec, ResolvedVariant } from "../spec/resolved.ts";
import { type Run, type RunStore, START } from "../store/run-store.ts";
import { findEarlierLooks } from "./find-earlier-looks.ts";
import { inspectTask } from "./inspect-tasks.ts";
import type { RunManifest, TaskFacts } from "./manifest.ts";
import { openSources } from "./open-sources.ts";
import type { ProgressListener } from "./progress.ts";
import { readManifest } from "./read-manifest.ts";
import { hashSpec } from "./spec-hash.ts";

/** Scorers of every task of a run; `close` releases what they hold. */
export interface RunScorers {
  readonly byTask: ReadonlyMap<string, TaskScorers>;
  /** What neural scorers run with; absent where there are none. */
  readonly inference?: InferenceSettings;
  close(): Promise<void>;
}

export interface ExamineRequest {
  readonly backend: Backend;
  readonly variant: ResolvedVariant;
  readonly spec: ResolvedSpec;
  readonly signal: AbortSignal;
}

/** What decides which scorers a run needs. */
export interface ScorersRequest {
  readonly spec: ResolvedSpec;
  readonly facts: readonly TaskFacts[];
  readonly sources: ReadonlyMap<string, ItemSource>;
}

/** Everything an evaluation needs from outside; wired in `compose.ts`. */
export interface EvaluationServices {
  readonly store: RunStore;
  readonly executor: Executor;
  readonly openBackend: (variant: ResolvedVariant, signal: AbortSignal) => Promise<Backend>;
  /** Examines an opened backend before it is asked anything; absent: it is trusted. */
  readonly examine?: (request: ExamineRequest) => Promise<readonly ProbeFinding[]>;
  readonly openScorers: (request: ScorersRequest, signal: AbortSignal) => Promise<RunScorers>;
  readonly now: () => Date;
  readonly version: string;
}

export interface EvaluationOptions {
  readonly onProgress: ProgressListener;
  /** On resuming: ask the errored items again. Retries can shift the distribution, so they are counted apart. */
  readonly retryErrored?: boolean;
  /** Called when everything is answered and scored, before the run counts as completed. */
  readonly conclude?: (run: Run, manifest: RunManifest) => Promise<void>;
  readonly signal: AbortSignal;
}

/** Starts a new run of a spec and brings it to its end: every item answered and scored. Returns the run's id. */
export async function startRun(
  spec: ResolvedSpec,
  id: string,
  services: EvaluationServices,
  options: EvaluationOptions,
): Promise<string> {
  const sources = await openSources(spec.tasks, options.signal);
  try {
    const facts = await inspectTasks(spec, sources.byTask, options.signal);
    // Before the run exists: a missing model leaves nothing half-made.
    const scorers = await services.openScorers({ spec, facts, sources: sources.byTask }, options.signal);
    try {
      const run = await services.store.create(id);
      const manifest: RunManifest = {
        ...newManifest(id, spec, services),
        host: thisHost(),
        tasks: facts,
        ...(await earlierLooks(services.store, spec, facts)),
        ...scoringOf(scorers),
        status: "running",
      };
      await whileLocked(run, async () => {
        await run.write("manifest.json", pretty(manifest));
        await execute(run, manifest, sources.byTask, scorers, services, options);
      });
      return id;
    } finally {
      await scorers.close();
    }
  } finally {
    await sources.close();
  }
}

/** The manifest of a run that was asked for and not begun. */
export function newManifest(
  id: string,
  spec: ResolvedSpec,
  { version, now }: Pick<EvaluationServices, "version" | "now">,
): RunManifest {
  return {
    schema: 1,
    id,
    spec,
    specHash: hashSpec(spec),
    versions: { quantgate: version, node: process.versions.node },
    host: thisHost(),
    tasks: [],
    status: "queued",
    startedAt: now().toISOString(),
    identities: {},
    signatures: {},
  };
}

async function earlierLooks(
  store: RunStore,
  spec: ResolvedSpec,
  tasks: readonly TaskFacts[],
): Promise<Pick<RunManifest, "earlierLooks">> {
  const looks = await findEarlierLooks(store, { spec, tasks });
  return looks.length === 0 ? {} : { earlierLooks: looks };
}

/** Begins a run that is queued, or goes on with one that was stopped or killed; a completed run is left as it is. */
export async function resumeRun(id: string, services: EvaluationServices, options: EvaluationOptions): Promise<string> {
  const run = await services.store.open(id);
  const stored = await readManifest(run);
  assertOurs(stored, services);
  const { spec } = stored;
  const sources = await openSources(spec.tasks, options.signal);
  try {
    const begun = stored.status !== "queued";
    const facts = begun ? stored.tasks : await inspectTasks(spec, sources.byTask, options.signal);
    const scorers = await services.openScorers({ spec, facts, sources: sources.byTask }, options.signal);
    try {
      assertSameRecipes(stored, scorers);
      await whileLocked(run, async () => {
        const { endedAt: _, failure: __, ...rest } = stored;
        const manifest: RunManifest = begun
          ? { ...rest, ...scoringOf(scorers), status: "running" }
          : {
              ...rest,
              ...scoringOf(scorers),
              host: thisHost(),
              tasks: facts,
              ...(await earlierLooks(services.store, spec, facts)),
              status: "running",
              startedAt: services.now().toISOString(),
            };
        if (stored.status !== "completed" && stored.status !== "running")
          await run.write("manifest.json", pretty(manifest));
        await execute(run, manifest, sources.byTask, scorers, services, options);
      });
      return id;
    } finally {
      await scorers.close();
    }
  } finally {
    await sources.close();
  }
}

/** Gives the lock back however the work ends, also when that is before it has begun. */
async function whileLocked(run: Run, work: () => Promise<void>): Promise<void> {
  await run.lock();
  try {
    await work();
  } finally {
    await run.close();
  }
}

/** Scores a run's records anew, from the journal alone. */
export async function rescoreRun(
  run: Run,
  manifest: RunManifest,
  services: EvaluationServices,
  signal: AbortSignal,
): Promise<void> {
  const { scoreJournal } = await import("../score/score-journal.ts");
  const { spec, tasks: facts } = manifest;
  const { byTask, close } = await openSources(spec.tasks, signal);
  const scorers = await services.openScorers({ spec, facts, sources: byTask }, signal);
  try {
    await run.reset("scores");
    const scored = new ProgressIndex(makePlan(spec, { unitItems: UNIT_ITEMS }));
    await scoreJournal(run, START, { spec, sources: byTask, scorers: scorers.byTask, scored, signal });
    const { inference: _, ...rest } = manifest;
    await run.write("manifest.json", pretty({ ...rest, ...scoringOf(scorers) }));
  } finally {
    await scorers.close();
    await close();
  }
}

async function execute(
  run: Run,
  manifest: RunManifest,
  sources: ReadonlyMap<string, ItemSource>,
  scorers: RunScorers,
  services: EvaluationServices,
  { onProgress, conclude, retryErrored = false, signal }: EvaluationOptions,
): Promise<void> {
  const { spec } = manifest;
  const plan = makePlan(spec, { unitItems: UNIT_ITEMS });
  const { done, scored, errored, identities, findings } = await readProgress(run, plan, retryErrored, signal);
  const signatures = new Map(Object.entries(signaturesOf(scorers)));
  let inference = scorers.inference ?? manifest.inference;
  const ended = (status: RunStatus): RunManifest => ({
    ...manifest,
    status,
    endedAt: services.now().toISOString(),
    identities: Object.fromEntries(identities),
    findings: Object.fromEntries(findings),
    signatures: Object.fromEntries(signatures),
    ...(inference === undefined ? {} : { inference }),
  });
  try {
    onProgress({ kind: "started", runId: run.id, location: run.location, answers: plan.answers, done: done.total() });
    const { openBackend, now, examine } = services;
    await services.executor.execute({
      plan,
      run,
      sources,
      scorers: scorers.byTask,
      done,
      scored,
      errored,
      identities,
      signatures,
      onInference: (settings) => {
        inference = settings;
      },
      openBackend,
      ...(examine === undefined
        ? {}
        : { examine: (backend, variant, abort) => examine({ backend, variant, spec, signal: abort }) }),
      now,
      onProgress: (event) => {
        if (event.kind === "variant-opened" && event.findings.length > 0) findings.set(event.variant, event.findings);
        onProgress(event);
      },
      signal,
    });
    const completed = ended("completed");
    await conclude?.(run, completed);
    await run.write("manifest.json", pretty(completed));
  } catch (error) {
    const status = statusAfter(error, signal);
    const failure = status === "failed" ? { failure: failureOf(error) } : {};
    // The journal is what counts; a manifest that can't be completed must not hide why the run ended.
    await run.write("manifest.json", pretty({ ...ended(status), ...failure })).catch(() => {});
    throw error;
  }
}

async function readProgress(run: Run, plan: Plan, retryErrored: boolean, signal: AbortSignal) {
  const errored = new ProgressIndex(plan);
  const done = new ProgressIndex(plan);
  const scored = new ProgressIndex(plan);
  const identities = new Map<string, VariantIdentity>();
  const findings = new Map<string, readonly ProbeFinding[]>();
  for await (const { text } of run.lines("records", START, signal)) {
    const record = JSON.parse(text) as JournalRecord;
    if (record.type === "answer") {
      if (record.outcome.kind === "answered" || !retryErrored) done.add(record);
      else errored.add(record);
    } else {
      if (!identities.has(record.variant)) identities.set(record.variant, record.identity);
      if (record.findings !== undefined) findings.set(record.variant, record.findings);
    }
  }
  for await (const { text } of run.lines("scores", START, signal)) {
    const line = JSON.parse(text) as ScoreLine;
    if (line.type === "score") scored.add(line, line.result.kind === "missing" ? "errored" : "answered");
  }
  return { done, scored, errored, identities, findings };
}

async function inspectTasks(
  spec: ResolvedSpec,
  sources: ReadonlyMap<string, ItemSource>,
  signal: AbortSignal,
): Promise<readonly TaskFacts[]> {
  const facts: TaskFacts[] = [];
  for (const task of spec.tasks) {
    const source = sources.get(task.name);
    if (source === undefined) throw new Error(`no items were opened for task ${task.name}`);
    facts.push(await inspectTask(task, source, signal));
  }
  return facts;
}

/** Throws `UsageError` for a run that this process mustn't go on with. */
function assertOurs(
  { id, versions, submission, status }: RunManifest,
  { version, executor }: EvaluationServices,
): void {
  if (versions.quantgate !== version) {
    throw new UsageError(`run ${id} was begun by quantgate ${versions.quantgate}; this is ${version}`, {
      hint: "finish it with the version that began it, or start a new run",
    });
  }
  if (submission !== undefined && submission.executor !== executor.name && !hasEnded(status)) {
    throw new UsageError(`run ${id} is the service's, and goes on there`, { hint: "cancel it first, or wait for it" });
  }
}

function statusAfter(error: unknown, signal: AbortSignal): RunStatus {
  if (error instanceof UnavailableError) return "interrupted";
  if (!(error instanceof InterruptedError)) return "failed";
  return error instanceof CancelledError || signal.reason instanceof CancelledError ? "cancelled" : "interrupted";
}

function failureOf(error: unknown): NonNullable<RunManifest["failure"]> {
  const hint = error instanceof QuantGateError ? error.hint : undefined;
  return { message: messageOf(error), ...(hint === undefined ? {} : { hint }) };
}

function thisHost(): RunManifest["host"] {
  return {
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

/** Where scorers are elsewhere nothing is known of them yet. */
function scoringOf(scorers: RunScorers): Pick<RunManifest, "signatures" | "inference"> | undefined {
  if (scorers.byTask.size === 0) return undefined;
  return {
    signatures: signaturesOf(scorers),
    ...(scorers.inference === undefined ? {} : { inference: scorers.inference }),
  };
}

/** Scores of different recipes can't be compared. Throws `UsageError` when a model isn't what it was when the run began. */
function assertSameRecipes({ id, signatures }: RunManifest, scorers: RunScorers): void {
  for (const [task, recipes] of Object.entries(signaturesOf(scorers))) {
    for (const [metric, recipe] of Object.entries(recipes)) {
      const before = signatures[task]?.[metric];
      if (before === undefined || before === recipe) continue;
      throw new UsageError(`run ${id}: ${metric} of ${task} was computed as ${before}, and would now be ${recipe}`, {
        hint: `put the model back, or score what is answered anew with \`quantgate report ${id}\` and then go on`,
      });
    }
  }
}

function signaturesOf(scorers: RunScorers): RunManifest["signatures"] {
  return Object.fromEntries(
    [...scorers.byTask].map(([task, set]) => [
      task,
      Object.fromEntries(set.scorers.map((scorer) => [scorer.metric, scorer.signature])),
    ]),
  );
}

function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

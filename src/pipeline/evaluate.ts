import { availableParallelism, cpus, totalmem } from "node:os";
import type { Backend } from "../backend/backend.ts";
import type { ItemSource } from "../dataset/item-source.ts";
import { openTaskItems } from "../dataset/task-items.ts";
import { InterruptedError, UsageError } from "../domain/errors.ts";
import type { JournalRecord, ProbeFinding, VariantIdentity } from "../domain/record.ts";
import type { ScoreLine } from "../domain/score-row.ts";
import type { Executor } from "../executor/executor.ts";
import { makePlan, type Plan } from "../plan/plan.ts";
import { ProgressIndex } from "../plan/progress-index.ts";
import type { TaskScorers } from "../score/score-answers.ts";
import type { ResolvedSpec, ResolvedTask, ResolvedVariant } from "../spec/resolved.ts";
import { type Run, type RunStore, START } from "../store/run-store.ts";
import { inspectTask } from "./inspect-tasks.ts";
import type { RunManifest, TaskFacts } from "./manifest.ts";
import type { ProgressListener } from "./progress.ts";
import { hashSpec } from "./spec-hash.ts";

/** Scorers of every task of a run; `close` releases what they hold. */
export interface RunScorers {
  readonly byTask: ReadonlyMap<string, TaskScorers>;
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
  readonly signal: AbortSignal;
}

/** Items of a unit; small enough to share out among workers, large enough not to matter. */
const UNIT_ITEMS = 100;

/** Starts a new run of a spec and brings it to its end: every item answered and scored. Returns the run's id. */
export async function startRun(
  spec: ResolvedSpec,
  id: string,
  services: EvaluationServices,
  options: EvaluationOptions,
): Promise<string> {
  const sources = await openSources(spec.tasks, options.signal);
  try {
    const facts: TaskFacts[] = [];
    for (const task of spec.tasks) facts.push(await inspectTask(task, sourceOf(sources, task), options.signal));
    // Before the run exists: a missing model leaves nothing half-made.
    const scorers = await services.openScorers({ spec, facts, sources }, options.signal);
    try {
      const run = await services.store.create(id);
      const manifest: RunManifest = {
        schema: 1,
        id,
        spec,
        specHash: hashSpec(spec),
        versions: { quantgate: services.version, node: process.versions.node },
        host: {
          platform: `${process.platform}-${process.arch}`,
          cpu: cpus()[0]?.model ?? "unknown",
          cores: availableParallelism(),
          memoryBytes: totalmem(),
        },
        tasks: facts,
        status: "running",
        startedAt: services.now().toISOString(),
        identities: {},
        signatures: {},
      };
      await run.lock();
      await run.write("manifest.json", pretty(manifest));
      await execute(run, manifest, sources, scorers, services, options);
      return id;
    } finally {
      await scorers.close();
    }
  } finally {
    await closeAll(sources);
  }
}

/** Goes on with a run that was stopped or killed; a completed run is left as it is. */
export async function resumeRun(id: string, services: EvaluationServices, options: EvaluationOptions): Promise<string> {
  const run = await services.store.open(id);
  const manifest = await readManifest(run);
  if (manifest.versions.quantgate !== services.version) {
    throw new UsageError(
      `run ${id} was begun by quantgate ${manifest.versions.quantgate}; this is ${services.version}`,
      {
        hint: "finish it with the version that began it, or start a new run",
      },
    );
  }
  const sources = await openSources(manifest.spec.tasks, options.signal);
  try {
    const scorers = await services.openScorers({ spec: manifest.spec, facts: manifest.tasks, sources }, options.signal);
    try {
      await run.lock();
      await execute(run, manifest, sources, scorers, services, options);
      return id;
    } finally {
      await scorers.close();
    }
  } finally {
    await closeAll(sources);
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
  const sources = await openSources(manifest.spec.tasks, signal);
  const scorers = await services.openScorers({ spec: manifest.spec, facts: manifest.tasks, sources }, signal);
  try {
    await run.reset("scores");
    const scored = new ProgressIndex(makePlan(manifest.spec, { unitItems: UNIT_ITEMS }));
    await scoreJournal(run, START, { spec: manifest.spec, sources, scorers: scorers.byTask, scored, signal });
    await run.write("manifest.json", pretty({ ...manifest, signatures: signaturesOf(scorers) }));
  } finally {
    await scorers.close();
    await closeAll(sources);
  }
}

export async function readManifest(run: Run): Promise<RunManifest> {
  const text = await run.read("manifest.json");
  if (text === undefined) throw new UsageError(`${run.location}: manifest.json is missing`);
  try {
    return JSON.parse(text) as RunManifest;
  } catch (cause) {
    throw new UsageError(`${run.location}: manifest.json is damaged`, { cause });
  }
}

async function execute(
  run: Run,
  manifest: RunManifest,
  sources: ReadonlyMap<string, ItemSource>,
  scorers: RunScorers,
  services: EvaluationServices,
  { onProgress, signal }: EvaluationOptions,
): Promise<void> {
  const { spec } = manifest;
  const plan = makePlan(spec, { unitItems: UNIT_ITEMS });
  const { done, scored, identities, findings } = await readProgress(run, plan, signal);
  const finish = (status: RunManifest["status"]): Promise<void> =>
    run.write(
      "manifest.json",
      pretty({
        ...manifest,
        status,
        endedAt: services.now().toISOString(),
        identities: Object.fromEntries(identities),
        findings: Object.fromEntries(findings),
        signatures: signaturesOf(scorers),
      }),
    );
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
      identities,
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
    await finish("completed");
  } catch (error) {
    // The journal is what counts; a manifest that can't be completed must not hide why the run ended.
    await finish(error instanceof InterruptedError ? "interrupted" : "failed").catch(() => {});
    throw error;
  } finally {
    await run.close();
  }
}

async function readProgress(run: Run, plan: Plan, signal: AbortSignal) {
  const done = new ProgressIndex(plan);
  const scored = new ProgressIndex(plan);
  const identities = new Map<string, VariantIdentity>();
  const findings = new Map<string, readonly ProbeFinding[]>();
  for await (const { text } of run.lines("records", START, signal)) {
    const record = JSON.parse(text) as JournalRecord;
    if (record.type === "answer") done.add(record);
    else {
      if (!identities.has(record.variant)) identities.set(record.variant, record.identity);
      if (record.findings !== undefined) findings.set(record.variant, record.findings);
    }
  }
  for await (const { text } of run.lines("scores", START, signal)) {
    const line = JSON.parse(text) as ScoreLine;
    if (line.type === "score") scored.add(line);
  }
  return { done, scored, identities, findings };
}

async function openSources(
  tasks: readonly ResolvedTask[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ItemSource>> {
  const sources = new Map<string, ItemSource>();
  try {
    for (const task of tasks) sources.set(task.name, await openTaskItems(task, signal));
  } catch (error) {
    await closeAll(sources);
    throw error;
  }
  return sources;
}

function sourceOf(sources: ReadonlyMap<string, ItemSource>, task: ResolvedTask): ItemSource {
  const source = sources.get(task.name);
  if (source === undefined) throw new Error(`no items were opened for task ${task.name}`);
  return source;
}

async function closeAll(sources: ReadonlyMap<string, ItemSource>): Promise<void> {
  for (const source of sources.values()) await source.close();
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

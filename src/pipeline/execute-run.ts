import type { ItemSource } from "../dataset/item-source.ts";
import { CancelledError, InterruptedError, messageOf, QuantGateError, UnavailableError } from "../domain/errors.ts";
import type { ProbeFinding, VariantIdentity } from "../domain/record.ts";
import type { RunStatus } from "../domain/run-status.ts";
import type { Executed } from "../executor/executor.ts";
import { makePlan, type Plan } from "../plan/plan.ts";
import { ProgressIndex } from "../plan/progress-index.ts";
import { signaturesOf } from "../score/signatures.ts";
import { Damage } from "../store/damage.ts";
import type { RunManifest } from "../store/manifest.ts";
import { readLines } from "../store/read-lines.ts";
import { type Run, START } from "../store/run-store.ts";
import { writeManifest } from "../store/write-manifest.ts";
import type { EvaluationOptions, EvaluationServices, RunScorers } from "./evaluation.ts";

/** Gives the lock back however the work ends, also when that is before it has begun. */
export async function whileLocked(run: Run, work: () => Promise<void>): Promise<void> {
  await run.lock();
  try {
    await work();
  } finally {
    await run.close();
  }
}

/** Asks and scores what a locked run still lacks, and writes how it ended into its manifest. Rejects with why it didn't get to its end. */
export async function executeRun(
  run: Run,
  manifest: RunManifest,
  sources: ReadonlyMap<string, ItemSource>,
  scorers: RunScorers,
  services: EvaluationServices,
  { onProgress, decide, retryErrored = false, signal }: EvaluationOptions,
): Promise<void> {
  const { spec } = manifest;
  const plan = makePlan(spec);
  const { damage, identities, findings, ...progress } = await readProgress(run, plan, retryErrored, signal);
  let executed: Executed | undefined;
  const ended = (status: RunStatus): RunManifest => {
    const inference = executed?.scoring?.inference ?? scorers.inference ?? manifest.inference;
    return {
      ...manifest,
      status,
      endedAt: services.now().toISOString(),
      identities: Object.fromEntries([...identities, ...(executed?.identities ?? [])]),
      findings: Object.fromEntries([...findings, ...(executed?.findings ?? [])]),
      signatures: { ...signaturesOf(scorers.byTask), ...executed?.scoring?.signatures },
      ...(inference === undefined ? {} : { inference }),
    };
  };
  try {
    for (const message of damage.describe(run)) onProgress({ kind: "damaged", message });
    const done = progress.done.total();
    onProgress({ kind: "started", runId: run.id, location: run.location, answers: plan.answers, done });
    const { executor, openBackend, now, probe } = services;
    executed = await executor.execute({
      plan,
      run,
      sources,
      scorers: scorers.byTask,
      ...progress,
      identities,
      openBackend,
      ...(probe === undefined
        ? {}
        : { probe: (backend, variant, abort) => probe({ backend, variant, spec, signal: abort }) }),
      now,
      onProgress,
      signal,
    });
    if (executed.end.kind === "stopped") throw executed.end.error;
    const completed = ended("completed");
    await decide?.(run, completed);
    await writeManifest(run, completed);
  } catch (error) {
    const status = statusAfter(error, signal);
    const failure = status === "failed" ? { failure: failureOf(error) } : {};
    // The journal is what counts; a manifest that can't be completed must not hide why the run ended.
    await writeManifest(run, { ...ended(status), ...failure }).catch(() => {});
    throw error;
  }
}

async function readProgress(run: Run, plan: Plan, retryErrored: boolean, signal: AbortSignal) {
  const errored = new ProgressIndex(plan);
  const done = new ProgressIndex(plan);
  const scored = new ProgressIndex(plan);
  const identities = new Map<string, VariantIdentity>();
  const findings = new Map<string, readonly ProbeFinding[]>();
  const damage = new Damage();
  const reading = { onDamage: damage.add, signal };
  for await (const { line: record } of readLines(run, "records", START, reading)) {
    if (record.type === "answer") {
      if (record.outcome.kind === "answered" || !retryErrored) done.add(record);
      else errored.add(record);
    } else {
      if (!identities.has(record.variant)) identities.set(record.variant, record.identity);
      if (record.findings !== undefined) findings.set(record.variant, record.findings);
    }
  }
  for await (const { line } of readLines(run, "scores", START, reading)) {
    if (line.type === "score") scored.add(line, line.result.kind === "missing" ? "errored" : "answered");
  }
  return { done, scored, errored, identities, findings, damage };
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

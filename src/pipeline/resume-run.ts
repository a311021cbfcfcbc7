import { UsageError } from "../domain/errors.ts";
import { hasEnded } from "../domain/run-status.ts";
import type { RunManifest } from "../store/manifest.ts";
import { readManifest } from "../store/read-manifest.ts";
import { writeManifest } from "../store/write-manifest.ts";
import type { EvaluationOptions, EvaluationServices } from "./evaluation.ts";
import { executeRun, whileLocked } from "./execute-run.ts";
import { startedManifest } from "./new-manifest.ts";
import { assertSameSignatures, scoringOf } from "./scorer-signatures.ts";
import { withScorers } from "./with-scorers.ts";

/** Begins a run that is queued, or goes on with one that was stopped or killed; a completed run is left as it is. */
export async function resumeRun(id: string, services: EvaluationServices, options: EvaluationOptions): Promise<string> {
  const run = await services.store.open(id);
  const stored = await readManifest(run);
  assertOurs(stored, services);
  const begun = stored.status !== "queued";
  const known = begun ? stored.tasks : undefined;
  await withScorers(stored.spec, known, services, options.signal, async ({ sources, facts, scorers }) => {
    assertSameSignatures(stored, scorers);
    await whileLocked(run, async () => {
      const { endedAt: _, failure: __, ...rest } = stored;
      const manifest: RunManifest = begun
        ? { ...rest, ...scoringOf(scorers), status: "running" }
        : await startedManifest({ ...rest, startedAt: services.now().toISOString() }, facts, scorers, services.store);
      if (stored.status !== "completed" && stored.status !== "running") await writeManifest(run, manifest);
      await executeRun(run, manifest, sources, scorers, services, options);
    });
  });
  return id;
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

import {
  CancelledError,
  InterruptedError,
  messageOf,
  QuantGateError,
  RunBusyError,
  UnavailableError,
} from "../../domain/errors.ts";
import type { ProgressListener } from "../../domain/progress.ts";
import { hasEnded } from "../../domain/run-status.ts";
import { decideByOwnPolicy } from "../../pipeline/decide-run.ts";
import type { EvaluationServices } from "../../pipeline/evaluation.ts";
import { resumeRun } from "../../pipeline/resume-run.ts";
import { type ListedRun, listRun } from "../../store/listed-run.ts";
import type { RunManifest } from "../../store/manifest.ts";
import { readManifest } from "../../store/read-manifest.ts";
import type { Run } from "../../store/run-store.ts";
import { writeManifest } from "../../store/write-manifest.ts";

/** What became of a run when a process was done with it. */
export type Finish =
  | { readonly kind: "ended"; readonly listed: ListedRun }
  /** This process can't go on with it now; another one may, or this one later. */
  | { readonly kind: "left"; readonly why: string };

/**
 * Brings a submitted run to its end: begins it or goes on with it, decides it, and seals what its workers wrote. Never rejects for what concerns
 * the run: that is written into its manifest.
 */
export async function finishRun(
  id: string,
  services: EvaluationServices,
  { onProgress, signal }: { readonly onProgress: ProgressListener; readonly signal: AbortSignal },
): Promise<Finish> {
  const run = await services.store.open(id);
  const stored = await readManifest(run);
  if (hasEnded(stored.status)) return { kind: "ended", listed: await seal(run) };
  const { versions } = stored;
  if (versions.quantgate !== services.version)
    return { kind: "left", why: `it was submitted to quantgate ${versions.quantgate}; this is ${services.version}` };
  const decide = async (analyzed: Run, manifest: RunManifest): Promise<void> => {
    onProgress({ kind: "analyzing" });
    await decideByOwnPolicy(analyzed, manifest, signal);
  };
  try {
    await resumeRun(id, services, { onProgress, decide, signal });
  } catch (error) {
    if (goesOn(error)) return { kind: "left", why: messageOf(error) };
    await describeEnd(run, error, services.now());
    // The reports of a run that failed say what is missing.
    if (!(error instanceof CancelledError))
      await decideByOwnPolicy(run, await readManifest(run), signal).catch(() => {});
  }
  return { kind: "ended", listed: await seal(run) };
}

/** Whether an error says nothing about the run. */
function goesOn(error: unknown): boolean {
  if (error instanceof InterruptedError) return !(error instanceof CancelledError);
  return error instanceof UnavailableError || error instanceof RunBusyError;
}

/** Errors before the execution, such as a dataset that isn't there, have not reached the manifest yet. */
async function describeEnd(run: Run, error: unknown, now: Date): Promise<void> {
  const manifest = await readManifest(run);
  if (hasEnded(manifest.status)) return;
  const hint = error instanceof QuantGateError ? error.hint : undefined;
  const ended: RunManifest = {
    ...manifest,
    status: error instanceof CancelledError ? "cancelled" : "failed",
    endedAt: now.toISOString(),
    failure: { message: messageOf(error), ...(hint === undefined ? {} : { hint }) },
  };
  await writeManifest(run, ended);
}

async function seal(run: Run): Promise<ListedRun> {
  await run.sealParts();
  return listRun(run.id, await run.read("manifest.json"), await run.read("verdicts.json"));
}

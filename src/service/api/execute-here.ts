import { RunError } from "../../domain/errors.ts";
import type { Verdicts } from "../../gate/verdict.ts";
import { decideByOwnPolicy } from "../../pipeline/decide-run.ts";
import type { EvaluationServices } from "../../pipeline/evaluation.ts";
import { resumeRun } from "../../pipeline/resume-run.ts";
import type { RunManifest } from "../../store/manifest.ts";
import { readManifest } from "../../store/read-manifest.ts";
import type { Run } from "../../store/run-store.ts";
import type { ExecuteRun } from "./in-process-service.ts";

/** Executes runs in this thread, with these services. */
export function executeHere(services: EvaluationServices): ExecuteRun {
  return async (id, { onProgress, signal }) => {
    let verdicts: Verdicts | undefined;
    const decide = async (run: Run, manifest: RunManifest): Promise<void> => {
      onProgress({ kind: "analyzing" });
      verdicts = await decideByOwnPolicy(run, manifest, signal);
    };
    try {
      await resumeRun(id, services, { onProgress, signal, decide });
    } catch (error) {
      // The reports of a run that failed say what is missing.
      if (error instanceof RunError && verdicts === undefined) {
        const run = await services.store.open(id);
        await decideByOwnPolicy(run, await readManifest(run), signal).catch(() => {});
      }
      throw error;
    }
    if (verdicts === undefined) throw new RunError(`run ${id} was not decided`);
    const { overall, exitCode } = verdicts;
    return { overall, exitCode };
  };
}

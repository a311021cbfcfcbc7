import { RunError } from "../../domain/errors.ts";
import { loadPolicy } from "../../gate/policies.ts";
import type { Verdicts } from "../../gate/verdict.ts";
import { concludeRun } from "../../pipeline/conclude-run.ts";
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
    const conclude = async (run: Run, manifest: RunManifest): Promise<void> => {
      onProgress({ kind: "analyzing" });
      verdicts = await decide(run, manifest, signal);
    };
    try {
      await resumeRun(id, services, { onProgress, signal, conclude });
    } catch (error) {
      // The reports of a run that failed say what is missing.
      if (error instanceof RunError && verdicts === undefined) {
        const run = await services.store.open(id);
        await decide(run, await readManifest(run), signal).catch(() => {});
      }
      throw error;
    }
    if (verdicts === undefined) throw new RunError(`run ${id} was not decided`);
    const { overall, exitCode } = verdicts;
    return { overall, exitCode };
  };
}

async function decide(run: Run, manifest: RunManifest, signal: AbortSignal): Promise<Verdicts> {
  const { candidates, policy } = manifest.spec;
  const options = { signal, ...(candidates === undefined ? {} : { candidates }) };
  return (await concludeRun(run, manifest, await loadPolicy(policy), options)).verdicts;
}

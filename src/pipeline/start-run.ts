import type { ResolvedSpec } from "../spec/resolved.ts";
import { writeManifest } from "../store/write-manifest.ts";
import type { EvaluationOptions, EvaluationServices } from "./evaluation.ts";
import { executeRun, whileLocked } from "./execute-run.ts";
import { newManifest, startedManifest } from "./new-manifest.ts";
import { withScorers } from "./with-scorers.ts";

/** Starts a new run of a spec and brings it to its end: every item answered and scored. Returns the run's id. */
export async function startRun(
  spec: ResolvedSpec,
  id: string,
  services: EvaluationServices,
  options: EvaluationOptions,
): Promise<string> {
  // The run comes last: a bad row or a missing model leaves nothing half-made.
  await withScorers(spec, undefined, services, options.signal, async ({ sources, facts, scorers }) => {
    const run = await services.store.create(id);
    const manifest = await startedManifest(newManifest(id, spec, services), facts, scorers, services.store);
    await whileLocked(run, async () => {
      await writeManifest(run, manifest);
      await executeRun(run, manifest, sources, scorers, services, options);
    });
  });
  return id;
}

import type { ResolvedSpec } from "../spec/resolved.ts";
import { begunManifest } from "./begun-manifest.ts";
import type { EvaluationOptions, EvaluationServices } from "./evaluation.ts";
import { executeRun, whileLocked } from "./execute-run.ts";
import { inspectTasks } from "./inspect-tasks.ts";
import { newManifest } from "./new-manifest.ts";
import { openSources } from "./open-sources.ts";
import { writeManifest } from "./write-manifest.ts";

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
      const manifest = await begunManifest(newManifest(id, spec, services), facts, scorers, services.store);
      await whileLocked(run, async () => {
        await writeManifest(run, manifest);
        await executeRun(run, manifest, sources.byTask, scorers, services, options);
      });
      return id;
    } finally {
      await scorers.close();
    }
  } finally {
    await sources.close();
  }
}

import { makePlan, UNIT_ITEMS } from "../plan/plan.ts";
import { ProgressIndex } from "../plan/progress-index.ts";
import { type Run, START } from "../store/run-store.ts";
import type { EvaluationServices } from "./evaluation.ts";
import type { RunManifest } from "./manifest.ts";
import { scoringOf } from "./scorer-recipes.ts";
import { withScorers } from "./with-scorers.ts";
import { writeManifest } from "./write-manifest.ts";

/** Scores a run's records anew, from the journal alone. */
export async function rescoreRun(
  run: Run,
  manifest: RunManifest,
  services: EvaluationServices,
  signal: AbortSignal,
): Promise<void> {
  const { scoreJournal } = await import("../score/score-journal.ts");
  const { spec, tasks } = manifest;
  await withScorers(spec, tasks, services, signal, async ({ sources, scorers }) => {
    await run.reset("scores");
    const scored = new ProgressIndex(makePlan(spec, { unitItems: UNIT_ITEMS }));
    await scoreJournal(run, START, { spec, sources, scorers: scorers.byTask, scored, signal });
    const { inference: _, ...rest } = manifest;
    await writeManifest(run, { ...rest, ...scoringOf(scorers) });
  });
}

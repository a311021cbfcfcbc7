import { UsageError } from "../domain/errors.ts";
import type { RunScorers } from "./evaluation.ts";
import type { RunManifest } from "./manifest.ts";

/** Where scorers are elsewhere nothing is known of them yet. */
export function scoringOf(scorers: RunScorers): Pick<RunManifest, "signatures" | "inference"> | undefined {
  if (scorers.byTask.size === 0) return undefined;
  return {
    signatures: signaturesOf(scorers),
    ...(scorers.inference === undefined ? {} : { inference: scorers.inference }),
  };
}

/** Scores of different recipes can't be compared. Throws `UsageError` when a model isn't what it was when the run began. */
export function assertSameRecipes({ id, signatures }: RunManifest, scorers: RunScorers): void {
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

/** What each task's metrics are computed by. */
export function signaturesOf(scorers: RunScorers): RunManifest["signatures"] {
  return Object.fromEntries(
    [...scorers.byTask].map(([task, set]) => [
      task,
      Object.fromEntries(set.scorers.map((scorer) => [scorer.metric, scorer.signature])),
    ]),
  );
}

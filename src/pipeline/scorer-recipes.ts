import { UsageError } from "../domain/errors.ts";
import type { RunManifest } from "../store/manifest.ts";
import type { RunScorers } from "./evaluation.ts";

/** Where scorers are elsewhere nothing is known of them yet. */
export function scoringOf(scorers: RunScorers): Pick<RunManifest, "signatures" | "inference"> | undefined {
  if (scorers.byTask.size === 0) return undefined;
  return {
    signatures: signaturesOf(scorers),
    ...(scorers.inference === undefined ? {} : { inference: scorers.inference }),
  };
}

/** Scores of different recipes can't be compared. Throws `UsageError` when a model isn't what it was when the run began. */
export function assertSameRecipes(manifest: RunManifest, scorers: RunScorers): void {
  const other = otherRecipe(manifest, scorers);
  if (other === undefined) return;
  const { id } = manifest;
  throw new UsageError(`run ${id}: ${other}`, {
    hint: `put the model back, or score what is answered anew with \`quantgate report ${id}\` and then go on`,
  });
}

/** Whether every metric would be computed as it was when the run was scored. */
export function hasSameRecipes(manifest: RunManifest, scorers: RunScorers): boolean {
  return otherRecipe(manifest, scorers) === undefined;
}

function otherRecipe({ signatures }: RunManifest, scorers: RunScorers): string | undefined {
  for (const [task, recipes] of Object.entries(signaturesOf(scorers))) {
    for (const [metric, recipe] of Object.entries(recipes)) {
      const before = signatures[task]?.[metric];
      if (before !== undefined && before !== recipe)
        return `${metric} of ${task} was computed as ${before}, and would now be ${recipe}`;
    }
  }
  return undefined;
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

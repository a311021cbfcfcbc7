import type { Summary, TaskSummary, VariantSummary } from "./summary.ts";

/** Why a variant's results can't be trusted as they should be. What degrades a baseline degrades all that is compared with it. */
export interface Degradation {
  readonly variant: string;
  readonly reason: string;
}

/** Share of a variant's items that may be errored before its results count as degraded. */
const MAX_ERRORED_SHARE = 0.01;
/** Share of changed answers between two passes of the same weights above which the backend's noise is a finding of its own. */
const MAX_CHANGED_SHARE = 0.05;

/** What degrades a run, by the variant it concerns; empty when nothing does. */
export function findDegradation(summary: Summary): readonly Degradation[] {
  return summary.models.flatMap((model) => {
    const found = model.variants.flatMap(erroredTooOften);
    const { noise } = model;
    if (noise !== undefined && noise.changedAnswers > MAX_CHANGED_SHARE * noise.compared) {
      found.push({
        variant: model.baseline.variant,
        reason: `the baseline ${model.baseline.variant} changed ${noise.changedAnswers} of ${noise.compared} answers when it was asked again, so the backend isn't deterministic at temperature 0`,
      });
    }
    return found;
  });
}

function erroredTooOften(variant: VariantSummary): Degradation[] {
  const items = variant.tasks.reduce((sum, task) => sum + task.items, 0);
  const lost = variant.tasks.reduce((sum, task) => sum + lostItems(task), 0);
  if (lost <= MAX_ERRORED_SHARE * items) return [];
  return [{ variant: variant.variant, reason: `${variant.variant}: ${lost} of ${items} items were not answered` }];
}

function lostItems({ missing }: TaskSummary): number {
  return missing.errored + missing.absent;
}

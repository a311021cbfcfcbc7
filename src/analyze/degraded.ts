import type { Summary, TaskSummary, VariantSummary } from "./summary.ts";

/** Share of a variant's items that may be errored before its run counts as degraded. */
const MAX_ERRORED_SHARE = 0.01;
/** Share of changed answers between two passes of the same weights above which the backend's noise is a finding of its own. */
const MAX_CHANGED_SHARE = 0.05;

/** Why a run can't be trusted as it should be, one sentence each; empty when it can. */
export function findDegradation(summary: Summary): readonly string[] {
  return summary.models.flatMap((model) => {
    const reasons = model.variants.flatMap(erroredTooOften);
    const { noise } = model;
    if (noise !== undefined && noise.compared > 0 && noise.changedAnswers > MAX_CHANGED_SHARE * noise.compared) {
      reasons.push(
        `${model.model}: the baseline changed ${noise.changedAnswers} of ${noise.compared} answers when it was asked again, so the backend isn't deterministic at temperature 0`,
      );
    }
    return reasons;
  });
}

function erroredTooOften(variant: VariantSummary): string[] {
  const items = variant.tasks.reduce((sum, task) => sum + task.items, 0);
  const lost = variant.tasks.reduce((sum, task) => sum + lostItems(task), 0);
  return lost > MAX_ERRORED_SHARE * items ? [`${variant.variant}: ${lost} of ${items} items were not answered`] : [];
}

function lostItems({ missing }: TaskSummary): number {
  return missing.errored + missing.absent;
}

import type { Incidents } from "./load-scores.ts";
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
export function findDegradation(
  summary: Summary,
  incidents: ReadonlyMap<string, Incidents> = new Map(),
): readonly Degradation[] {
  return summary.models.flatMap((model) => {
    const found = model.variants.flatMap((variant) => {
      const known = incidents.get(variant.variant);
      return [...erroredTooOften(variant, known), ...throttled(variant, known), ...changedBuild(variant, known)];
    });
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

function erroredTooOften(variant: VariantSummary, known: Incidents | undefined): Degradation[] {
  const items = variant.tasks.reduce((sum, task) => sum + task.items, 0);
  const lost = variant.tasks.reduce((sum, task) => sum + lostItems(task), 0);
  if (lost <= MAX_ERRORED_SHARE * items || lost === known?.overloaded) return [];
  return [{ variant: variant.variant, reason: `${variant.variant}: ${lost} of ${items} items were not answered` }];
}

/** A server that turns requests away answers the others under load; what it refused isn't left out at random. */
function throttled({ variant, tasks }: VariantSummary, known: Incidents | undefined): Degradation[] {
  const items = tasks.reduce((sum, task) => sum + task.items, 0);
  const refused = known?.overloaded ?? 0;
  if (refused <= MAX_ERRORED_SHARE * items) return [];
  return [{ variant, reason: `${variant}: the server throttled, and refused ${refused} of ${items} items` }];
}

/** Two builds of a program are two treatments: no one knows which of them the answers speak of. */
function changedBuild({ variant }: VariantSummary, known: Incidents | undefined): Degradation[] {
  const builds = known?.builds ?? [];
  if (builds.length < 2) return [];
  return [{ variant, reason: `${variant}: the build changed while it was asked (${builds.join("; ")})` }];
}

function lostItems({ missing }: TaskSummary): number {
  return missing.errored + missing.absent;
}

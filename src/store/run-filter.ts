import type { ListedRun } from "./listed-run.ts";
import type { RunFilter } from "./run-store.ts";

/** Whether a run is among those that are wanted. */
export function fits(card: ListedRun, filter: RunFilter): boolean {
  return (
    (filter.model === undefined || card.models.includes(filter.model)) &&
    (filter.statuses === undefined || filter.statuses.includes(card.status)) &&
    (filter.overall === undefined || card.overall === filter.overall) &&
    (filter.schedule === undefined || card.schedule === filter.schedule) &&
    (filter.submittedBy === undefined || card.submittedBy === filter.submittedBy)
  );
}

import type { TaskScores } from "./task-scores.ts";

/** The cluster of an aligned pair of items, when they have one. Groups of different tasks are different clusters, whatever their names. */
export function groupOf(baseline: TaskScores, candidate: TaskScores, left: number, right: number): string | undefined {
  const group = baseline.items.groups[left] ?? candidate.items.groups[right];
  return group === undefined ? undefined : `${baseline.task.name}/${group}`;
}

/** The cluster of an item of one variant. */
export function ownGroup({ items, task }: TaskScores, index: number): string | undefined {
  const group = items.groups[index];
  return group === undefined ? undefined : `${task.name}/${group}`;
}

/** One label an item: its group, or one of its own. `undefined` where no two items share a group, and every item stands for itself. */
export function clusterLabels(groups: readonly (string | undefined)[]): readonly string[] | undefined {
  const labels = groups.map((group, index) => (group === undefined ? `item ${index}` : `group ${group}`));
  return new Set(labels).size < labels.length ? labels : undefined;
}

import { clusterTotals } from "../stats/cluster-robust.ts";

/**
 * Values that are independent of each other: a group is one observation, the sum of its values over the size of the largest group. It lies
 * within the bounds of the values (which hold 0), and the observations' mean has the sign of the values' mean. Without groups they are the
 * values.
 */
export function observations(values: readonly number[], clusters: readonly string[] | undefined): readonly number[] {
  if (clusters === undefined) return values;
  const totals = clusterTotals(values, clusters);
  const largest = totals.reduce((most, { count }) => Math.max(most, count), 1);
  return totals.map(({ sum }) => sum / largest);
}

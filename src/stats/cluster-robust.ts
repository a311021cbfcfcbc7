import { mean } from "./descriptive.ts";
import { requireValues } from "./preconditions.ts";

/**
 * Standard error of the mean of `values` (say, paired differences) when values of one cluster may be correlated: the
 * root of the summed squares of the clusters' residual totals over n, times √(G/(G − 1)) for G clusters. Liang & Zeger
 * (1986); Miller (2024), "Adding error bars to evals". With every value in a cluster of its own it is the
 * ordinary standard error s/√n. Equal values: 0. Throws RangeError when there are fewer than two clusters or
 * `clusters` doesn't name one for each value.
 */
export function clusterRobustStandardError(values: readonly number[], clusters: readonly (string | number)[]): number {
  const totals = clusterTotals(values, clusters);
  if (totals.length < 2) throw new RangeError(`clusters must name at least 2 clusters; got ${totals.length}`);
  const centre = mean(values);
  let squares = 0;
  for (const { sum, count } of totals) squares += (sum - count * centre) ** 2;
  return Math.sqrt((squares * totals.length) / (totals.length - 1)) / values.length;
}

export interface ClusterTotal {
  readonly sum: number;
  readonly count: number;
}

/** Sum and number of the values of each cluster, in order of first appearance. */
export function clusterTotals(values: readonly number[], clusters: readonly (string | number)[]): ClusterTotal[] {
  requireValues("values", values, 1);
  if (clusters.length !== values.length) {
    throw new RangeError(
      `clusters must name one cluster per value; got ${clusters.length} for ${values.length} values`,
    );
  }
  const totals = new Map<string | number, { sum: number; count: number }>();
  for (const [index, value] of values.entries()) {
    const cluster = clusters[index] ?? "";
    const total = totals.get(cluster) ?? { sum: 0, count: 0 };
    total.sum += value;
    total.count += 1;
    totals.set(cluster, total);
  }
  return [...totals.values()];
}

import { clusterTotals } from "../stats/cluster-robust.ts";

/**
 * One observation per group: the sum of its values over the size of the largest group. It lies within the bounds of the values (which hold
 * 0), observations are independent where groups are, and their mean has the sign of the values' mean; `perItem` scales it to that. Values
 * without a group stand for themselves; without any group the totals are the values.
 */
export function groupTotals(
  values: readonly number[],
  groups: readonly (string | undefined)[],
): { readonly totals: readonly number[]; readonly perItem: number } {
  if (values.length === 0 || groups.every((group) => group === undefined)) return { totals: values, perItem: 1 };
  const clusters = clusterTotals(
    values,
    values.map((_, index) => (groups[index] === undefined ? index : `group ${groups[index]}`)),
  );
  const largest = Math.max(...clusters.map((cluster) => cluster.count));
  return {
    totals: clusters.map((cluster) => cluster.sum / largest),
    perItem: (largest * clusters.length) / values.length,
  };
}

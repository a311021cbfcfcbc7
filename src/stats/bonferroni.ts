import { requireProbabilities } from "./preconditions.ts";

/**
 * Bonferroni-adjusted p-values in input order: each times their number, at most 1. Empty input: empty output. Throws
 * RangeError for a p-value outside [0, 1].
 */
export function bonferroni(pValues: readonly number[]): number[] {
  requireProbabilities("pValues", pValues);
  return pValues.map((p) => Math.min(1, p * pValues.length));
}

import { requireProbabilities } from "./preconditions.ts";

/**
 * Holm-adjusted p-values in input order; a claim holds at family-wise level α when its adjusted p-value is at most α.
 * Holm (1979), "A simple sequentially rejective multiple test procedure". Empty input: empty output. Throws RangeError
 * for a p-value outside [0, 1].
 */
export function holm(pValues: readonly number[]): number[] {
  requireProbabilities("pValues", pValues);
  const ascending = pValues.map((p, index) => ({ p, index })).sort((a, b) => a.p - b.p);
  const adjusted = new Array<number>(pValues.length).fill(0);
  let largest = 0;
  for (const [rank, { p, index }] of ascending.entries()) {
    largest = Math.max(largest, Math.min(1, p * (pValues.length - rank)));
    adjusted[index] = largest;
  }
  return adjusted;
}

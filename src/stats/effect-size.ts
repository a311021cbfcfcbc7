import { mean, pairedDifferences, sampleVariance } from "./descriptive.ts";
import { requirePairs, requireValues } from "./preconditions.ts";

const standardized = (difference: number, deviation: number): number => (difference === 0 ? 0 : difference / deviation);

/**
 * Cohen's d of two *independent* samples: mean(a) − mean(b) in pooled standard deviations. Cohen (1988), ch. 2. No
 * variance: 0 for equal means, else ±Infinity. Throws RangeError when a sample has fewer than two values.
 */
export function cohensD(a: readonly number[], b: readonly number[]): number {
  requireValues("a", a, 2);
  requireValues("b", b, 2);
  const squares = sampleVariance(a) * (a.length - 1) + sampleVariance(b) * (b.length - 1);
  return standardized(mean(a) - mean(b), Math.sqrt(squares / (a.length + b.length - 2)));
}

/**
 * Cohen's d_z of paired values: mean of candidate − baseline in standard deviations of the differences. Cohen (1988),
 * ch. 2. No variance: 0 for no difference, else ±Infinity. Throws RangeError with fewer than two pairs.
 */
export function cohensDz(baseline: readonly number[], candidate: readonly number[]): number {
  requirePairs(baseline, candidate, 2);
  const differences = pairedDifferences(baseline, candidate);
  return standardized(mean(differences), Math.sqrt(sampleVariance(differences)));
}

import { requirePairs, requireValues } from "./preconditions.ts";

/**
 * Arithmetic mean. Summed as deviations from the first value, so that equal values have exactly that value as their
 * mean. Throws RangeError without values.
 */
export function mean(values: readonly number[]): number {
  requireValues("values", values, 1);
  const origin = values[0] ?? 0;
  let sum = 0;
  for (const value of values) sum += value - origin;
  return origin + sum / values.length;
}

/**
 * Unbiased sample variance (divisor n − 1), in squared units of the values, in two passes. Equal values have exactly
 * 0. Throws RangeError with fewer than two values.
 */
export function sampleVariance(values: readonly number[]): number {
  requireValues("values", values, 2);
  const centre = mean(values);
  let squares = 0;
  let remainder = 0;
  for (const value of values) {
    squares += (value - centre) ** 2;
    remainder += value - centre;
  }
  // The second term is 0 but for rounding of the mean (Chan, Golub & LeVeque 1983, eq. 1.7).
  return (squares - remainder ** 2 / values.length) / (values.length - 1);
}

/** Sample median; the mean of the two middle values when their number is even. Throws RangeError without values. */
export function median(values: readonly number[]): number {
  requireValues("values", values, 1);
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? 0) + high) / 2;
}

/** Item by item, candidate − baseline. Throws RangeError when the two hold different numbers of items. */
export function pairedDifferences(baseline: readonly number[], candidate: readonly number[]): number[] {
  requirePairs(baseline, candidate, 0);
  return candidate.map((value, index) => value - (baseline[index] ?? 0));
}

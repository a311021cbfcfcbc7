import { mean, pairedDifferences, sampleVariance } from "./descriptive.ts";
import type { Interval } from "./interval.ts";
import { requireMargin, requirePairs } from "./preconditions.ts";
import { oneSidedT, type TContrast, type Tost, type TTest, tost, twoSidedT } from "./t-contrast.ts";
import { tInterval } from "./t-interval.ts";

function pairedContrast(baseline: readonly number[], candidate: readonly number[]): TContrast {
  requirePairs(baseline, candidate, 2);
  const differences = pairedDifferences(baseline, candidate);
  return {
    difference: mean(differences),
    standardError: Math.sqrt(sampleVariance(differences) / differences.length),
    df: differences.length - 1,
  };
}

export interface PairedTTest extends TTest, Interval {
  /** Mean of candidate − baseline, in units of the values. */
  readonly meanDifference: number;
}

/**
 * Two-sided paired t test and the t interval of the mean difference, candidate − baseline. Student (1908). All
 * differences equal: the interval is that one value, p is 1 when it is 0 (t = 0), else 0 (t = ±Infinity): with few
 * distinct differences read `boundedMeanInterval` instead. Throws RangeError when the samples differ in length, hold
 * fewer than two pairs, or a value that isn't finite.
 */
export function pairedTTest(
  baseline: readonly number[],
  candidate: readonly number[],
  options: { readonly confidence: number },
): PairedTTest {
  const contrast = pairedContrast(baseline, candidate);
  const { lower, upper } = tInterval(pairedDifferences(baseline, candidate), options);
  return { meanDifference: contrast.difference, ...twoSidedT(contrast), lower, upper };
}

/**
 * One-sided paired t test. Null hypothesis: the candidate's mean is lower by `margin` or more, in units of the values.
 * All differences equal: p is 0 when the difference is above −margin, else 1. Throws RangeError like `pairedTTest`, and
 * for a margin that is negative or not finite.
 */
export function pairedNonInferiority(
  baseline: readonly number[],
  candidate: readonly number[],
  options: { readonly margin: number },
): TTest {
  requireMargin(options.margin);
  return oneSidedT(pairedContrast(baseline, candidate), -options.margin);
}

/**
 * Equivalence of paired means by two one-sided t tests. Null hypothesis: they differ by `margin` or more. Schuirmann
 * (1987). All differences equal: p is 0 when they are inside the margin, else 1. Throws RangeError like
 * `pairedNonInferiority`.
 */
export function pairedTost(
  baseline: readonly number[],
  candidate: readonly number[],
  options: { readonly margin: number },
): Tost {
  requireMargin(options.margin);
  return tost(pairedContrast(baseline, candidate), options.margin);
}

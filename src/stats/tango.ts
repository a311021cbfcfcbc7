import { normalQuantile, normalSurvival } from "./distributions.ts";
import type { DifferenceInterval } from "./interval.ts";
import {
  requireCount,
  requireOpenProbability,
  requirePositiveCount,
  requireProportionMargin,
} from "./preconditions.ts";

/** How the answers to the same items changed from the baseline to the candidate. */
export interface PairedCounts {
  /** Items that were wrong on the baseline and are right on the candidate. */
  readonly gained: number;
  /** Items that were right on the baseline and are wrong on the candidate. */
  readonly lost: number;
  /** All items, changed or not. */
  readonly pairs: number;
}

/** A one-sided score test: `z` standard errors from the margin, in favour of the candidate when positive. */
export interface ScoreTest {
  readonly z: number;
  readonly p: number;
}

/** Two one-sided score tests; `p` is the larger of the two. */
export interface EquivalenceTest {
  readonly p: number;
  /** p-value against a loss of at least the margin. */
  readonly pLower: number;
  /** p-value against a gain of at least the margin. */
  readonly pUpper: number;
}

function requirePairedCounts({ gained, lost, pairs }: PairedCounts): void {
  requireCount("gained", gained);
  requireCount("lost", lost);
  requirePositiveCount("pairs", pairs);
  if (gained + lost > pairs) {
    throw new RangeError(`gained + lost must not exceed pairs; got ${gained} + ${lost} of ${pairs}`);
  }
}

/**
 * Score statistic for a true difference of `difference`: the observed difference minus that one, in standard errors
 * under the restricted maximum likelihood estimate of the discordant probabilities. Decreasing in `difference`.
 */
function scoreStatistic(gained: number, lost: number, pairs: number, difference: number): number {
  // Mirrored, so that the quadratic is always solved where nothing cancels.
  if (difference > 0) return -scoreStatistic(lost, gained, pairs, -difference);
  const b = -gained - lost + (2 * pairs - gained + lost) * difference;
  const c = -lost * difference * (1 - difference);
  // Under the restriction P(gained) = q + difference and P(lost) = q, q solves 2n q² + b q + c = 0.
  const q = (Math.sqrt(Math.max(0, b ** 2 - 8 * pairs * c)) - b) / (4 * pairs);
  const variance = pairs * (2 * q + difference * (1 - difference));
  const distance = gained - lost - pairs * difference;
  if (distance === 0) return 0;
  return variance > 0 ? distance / Math.sqrt(variance) : Math.sign(distance) * Number.POSITIVE_INFINITY;
}

/** Bisection, as the statistic is monotone, down to neighbouring doubles or to 1e-17 where those are finer. */
function differenceWithStatistic(counts: PairedCounts, target: number, low: number, high: number): number {
  let [below, above] = [low, high];
  for (;;) {
    const middle = below + (above - below) / 2;
    if (middle <= below || middle >= above || above - below < 1e-17) return middle;
    if (scoreStatistic(counts.gained, counts.lost, counts.pairs, middle) > target) below = middle;
    else above = middle;
  }
}

/**
 * Score interval for the difference of two *paired* proportions (candidate − baseline), in [−1, 1]. Tango (1998),
 * "Equivalence test and confidence interval for the difference in proportions for the paired-sample design":
 * every difference that the score test does not reject. It has a width also when no item changed. Every item
 * lost: `lower` is −1; every item gained: `upper` is 1. Throws RangeError when `pairs` is 0, a count is no whole
 * number, or the changed items exceed the pairs.
 */
export function tangoInterval(options: PairedCounts & { readonly confidence: number }): DifferenceInterval {
  requirePairedCounts(options);
  requireOpenProbability("confidence", options.confidence);
  const difference = (options.gained - options.lost) / options.pairs;
  const z = normalQuantile((1 + options.confidence) / 2);
  return {
    difference,
    lower: difference <= -1 ? -1 : differenceWithStatistic(options, z, -1, difference),
    upper: difference >= 1 ? 1 : differenceWithStatistic(options, -z, difference, 1),
  };
}

/**
 * Score test of non-inferiority on paired answers. Null hypothesis: the candidate's accuracy is lower by `margin` (a
 * proportion) or more. Rejected at α exactly when `tangoInterval` with confidence 1 − 2α lies above −margin. Tango
 * (1998). Throws RangeError like `tangoInterval`, and for a margin outside [0, 1).
 */
export function tangoNonInferiority(options: PairedCounts & { readonly margin: number }): ScoreTest {
  requirePairedCounts(options);
  requireProportionMargin(options.margin);
  const z = scoreStatistic(options.gained, options.lost, options.pairs, -options.margin);
  return { z, p: normalSurvival(z) };
}

/**
 * Equivalence of paired accuracies by two one-sided score tests. Null hypothesis: they differ by `margin` (a
 * proportion) or more, in either direction. Tango (1998). Throws RangeError like `tangoNonInferiority`.
 */
export function tangoEquivalence(options: PairedCounts & { readonly margin: number }): EquivalenceTest {
  const pLower = tangoNonInferiority(options).p;
  const pUpper = tangoNonInferiority({ ...options, gained: options.lost, lost: options.gained }).p;
  return { p: Math.max(pLower, pUpper), pLower, pUpper };
}

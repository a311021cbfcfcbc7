import { binomialCdf, normalSurvival } from "./distributions.ts";
import { requireCount } from "./preconditions.ts";

/** Two-sided p-values of the hypothesis that gains and losses are equally likely. */
export interface McNemarTest {
  /** Exact binomial test. */
  readonly exact: number;
  /** Exact test with half the probability of the observed outcome: less conservative. */
  readonly midP: number;
  /** χ² test with continuity correction, (|gained − lost| − 1)² / (gained + lost). */
  readonly chiSquared: number;
}

/**
 * McNemar's test that the candidate gains as many items as it loses. McNemar (1947); mid-p as in Fagerland, Lydersen &
 * Laake (2013), "The McNemar test for binary matched-pairs data"; correction by Edwards (1948). No discordant pair:
 * every p is 1. Throws RangeError when a count is no whole number of at least 0.
 */
export function mcnemar(options: { readonly gained: number; readonly lost: number }): McNemarTest {
  const { gained, lost } = options;
  requireCount("gained", gained);
  requireCount("lost", lost);
  const discordant = gained + lost;
  if (discordant === 0) return { exact: 1, midP: 1, chiSquared: 1 };
  const smaller = Math.min(gained, lost);
  const tail = binomialCdf(smaller, discordant, 0.5);
  const tailBelow = smaller === 0 ? 0 : binomialCdf(smaller - 1, discordant, 0.5);
  return {
    exact: Math.min(1, 2 * tail),
    // Twice the tail without half of its last term: 2·(tail − (tail − tailBelow)/2).
    midP: Math.min(1, tail + tailBelow),
    chiSquared: Math.min(1, 2 * normalSurvival(Math.abs(Math.abs(gained - lost) - 1) / Math.sqrt(discordant))),
  };
}

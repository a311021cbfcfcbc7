import { normalQuantile } from "./distributions.ts";
import type { Interval } from "./interval.ts";
import { requireCount, requireOpenProbability, requirePositiveCount } from "./preconditions.ts";

/** The smaller root of the score equation; divided through its larger root's numerator, so nothing cancels near 0. */
function lowerBound(successes: number, trials: number, z: number): number {
  const proportion = successes / trials;
  const shift = z ** 2 / (2 * trials);
  const half = z * Math.sqrt((proportion * (1 - proportion)) / trials + (z / (2 * trials)) ** 2);
  return proportion ** 2 / (proportion + shift + half);
}

/**
 * Wilson score interval of a proportion, in [0, 1], without continuity correction. Wilson (1927), "Probable inference,
 * the law of succession, and statistical inference", eq. 2. No successes: `lower` is exactly 0; all successes: `upper`
 * is exactly 1. Throws RangeError when `trials` is 0, a count is no whole number, successes exceed trials, or
 * `confidence` is outside (0, 1).
 */
export function wilsonInterval(options: {
  readonly successes: number;
  readonly trials: number;
  readonly confidence: number;
}): Interval {
  const { successes, trials, confidence } = options;
  requireCount("successes", successes);
  requirePositiveCount("trials", trials);
  requireOpenProbability("confidence", confidence);
  if (successes > trials) throw new RangeError(`successes must not exceed trials; got ${successes} of ${trials}`);
  const z = normalQuantile((1 + confidence) / 2);
  return { lower: lowerBound(successes, trials, z), upper: 1 - lowerBound(trials - successes, trials, z) };
}

import type { DifferenceInterval } from "./interval.ts";
import { wilsonInterval } from "./wilson.ts";

/**
 * Interval for the difference p1 − p2 of two *independent* proportions, in [−1, 1]: the square-and-add combination of
 * two Wilson intervals. Newcombe (1998), "Interval estimation for the difference between independent proportions",
 * method 10. For answers to the same items use `tangoInterval`, which knows the pairing. Throws RangeError like
 * `wilsonInterval`.
 */
export function newcombeInterval(options: {
  readonly successes1: number;
  readonly trials1: number;
  readonly successes2: number;
  readonly trials2: number;
  readonly confidence: number;
}): DifferenceInterval {
  const { successes1, trials1, successes2, trials2, confidence } = options;
  const first = wilsonInterval({ successes: successes1, trials: trials1, confidence });
  const second = wilsonInterval({ successes: successes2, trials: trials2, confidence });
  const p1 = successes1 / trials1;
  const p2 = successes2 / trials2;
  const difference = p1 - p2;
  return {
    difference,
    lower: difference - Math.hypot(p1 - first.lower, second.upper - p2),
    upper: difference + Math.hypot(first.upper - p1, p2 - second.lower),
  };
}

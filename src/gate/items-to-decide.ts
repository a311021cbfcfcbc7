import type { DecidingLevel } from "../domain/deciding-level.ts";
import { normalQuantile } from "../stats/distributions.ts";
import { itemsNeeded } from "../stats/power.ts";
import { POWER } from "./finding.ts";
import { items } from "./wording.ts";

/** More than this is told as "no practical number". */
const MOST = 1e8;

/**
 * About how many pairs would decide a margin on accuracy with power 80 %, if share and balance of the flips stay as observed: the normal
 * approximation of `itemsNeeded`, and never fewer than Tango's score interval needs when nothing flips. All arguments but `pairs` are
 * proportions. `undefined`: no practical number, because the observed difference lies on the margin.
 */
export function pairsToDecide(options: {
  readonly pairs: number;
  readonly discordance: number;
  readonly difference: number;
  readonly margin: number;
  readonly goal: "non-inferiority" | "equivalence";
  readonly level: DecidingLevel;
}): number | undefined {
  const { pairs, discordance, margin, goal, level } = options;
  if (margin <= 0) return undefined;
  // A gain is no reason to expect one; for equivalence it counts as much as a loss.
  const difference = goal === "equivalence" ? -Math.abs(options.difference) : Math.min(0, options.difference);
  // Beyond the margin, what more items would show is that the change exceeds it.
  const needed =
    difference > -margin
      ? itemsNeeded({
          discordance: Math.max(discordance, -difference),
          difference,
          margin,
          goal,
          alpha: level.alpha,
          power: POWER,
        })
      : itemsForDistance(discordance - difference ** 2, -margin - difference, level);
  return practical(Math.max(needed, pairsWithoutFlips(margin, level)), pairs);
}

/** Pairs that Tango's score interval needs to exclude a loss of `margin` (a proportion) when no item flips: z²(1 − m)/m. */
export function pairsWithoutFlips(margin: number, { alpha }: DecidingLevel): number {
  return Math.ceil((normalQuantile(1 - alpha) ** 2 * (1 - margin)) / margin);
}

/** About how many items would tell a share like the observed one from `threshold`, by the normal approximation. */
export function itemsToDecideShare(
  trials: number,
  share: number,
  threshold: number,
  level: DecidingLevel,
): number | undefined {
  return practical(itemsForDistance(share * (1 - share), Math.abs(share - threshold), level), trials);
}

/**
 * About how many items like these would tell their mean from 0 by betting: the goal's logarithm over the growth per item of the best
 * constant stake. `lower` < 0 < `upper` are the bounds of the values. `undefined`: no practical number.
 */
export function itemsToDecideMean(
  values: readonly number[],
  bounds: { readonly lower: number; readonly upper: number },
  { alpha }: DecidingLevel,
): number | undefined {
  const total = values.reduce((sum, value) => sum + value, 0);
  const [sign, reach] = total >= 0 ? [1, -bounds.lower] : [-1, bounds.upper];
  let best = 0;
  for (let stake = LARGEST_STAKE; stake > LARGEST_STAKE / 1000; stake *= 0.8) {
    const growth = values.reduce((sum, value) => sum + Math.log1p((stake * sign * value) / reach), 0) / values.length;
    best = Math.max(best, growth);
  }
  return best > 0 ? practical(Math.log(GOAL_FACTOR / alpha) / best, values.length) : undefined;
}

/** What an inconclusive interval says about more items. */
export function howMany(needed: number | undefined): string {
  return needed === undefined
    ? "too close to the threshold for any practical number of items"
    : `about ${items(needed)} would decide if the rest is like these`;
}

/** Near 1, the largest that can't lose everything at once. */
const LARGEST_STAKE = 0.98;
/** Capital 1/α refutes at α; the interval's players aim at twice that. */
const GOAL_FACTOR = 2;

function itemsForDistance(variance: number, distance: number, { alpha }: DecidingLevel): number {
  // One-sample and paired designs share the formula: variance of one item's value over the squared distance.
  return distance >= 1 ? 1 : itemsNeeded({ discordance: Math.max(0, variance), margin: distance, alpha, power: POWER });
}

/** What was had didn't decide, so it takes more; beyond any practical number there is nothing to tell. */
function practical(needed: number, had: number): number | undefined {
  return needed > MOST ? undefined : Math.max(Math.ceil(needed), had + 1);
}

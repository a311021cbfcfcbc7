import type { BettingSide } from "../analyze/betting-side.ts";
import type { DecidingLevel } from "../domain/deciding-level.ts";
import { plain } from "../domain/write-number.ts";
import type { Bounds } from "../stats/bounded-mean.ts";
import { mean, sampleVariance } from "../stats/descriptive.ts";
import { normalQuantile } from "../stats/distributions.ts";
import { itemsNeeded } from "../stats/power.ts";
import type { Finding } from "./finding.ts";
import { items } from "./wording.ts";

/** What would decide, if the rest is like what was seen. */
export interface Needed {
  readonly items: number;
  /** Of items that share a passage, and count as one observation. */
  readonly groups?: number;
}

/**
 * What the numbers aim at. The share and balance of the flips are themselves only estimated: in a first simulation of few runs the told number
 * decided in about 80 % of cases over all cells, single cells from 49 to 100 %. It is not calibrated yet.
 */
const POWER = 0.9;
/** Of betting, whose best stake leaves some room. */
const BETTING_POWER = 0.8;
/** More than this is told as "no practical number". */
const MOST = 1e8;

/**
 * About how many pairs would decide a margin on accuracy, if share and balance of the flips stay as observed: the normal
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
  const { pairs, margin, goal, level } = options;
  if (margin <= 0) return undefined;
  // Half a flip more: of few items none may have flipped by luck.
  const discordance = (options.discordance * pairs + 0.5) / (pairs + 1);
  const shrunk = shrink(options.difference, Math.sqrt(Math.max(0, discordance - options.difference ** 2) / pairs));
  // A gain is no reason to expect one; for equivalence it counts as much as a loss.
  const difference = goal === "equivalence" ? -Math.abs(shrunk) : Math.min(0, shrunk);
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
 * About how many values like these would tell their mean from 0 by betting: by the growth and spread of the best constant
 * stake. `bounds` hold the values and 0; `unchanged` is what the mean would be if nothing had changed, towards which it is shrunk.
 * `undefined`: no practical number.
 */
export function itemsToDecideMean(
  values: readonly number[],
  bounds: Bounds,
  { alpha }: DecidingLevel,
  unchanged = mean(values),
): number | undefined {
  const change = mean(values) - unchanged;
  const moved = shrink(change, spreadOf(values) / Math.sqrt(values.length)) - change;
  const [sign, reach] = mean(values) + moved >= 0 ? [1, -bounds.lower] : [-1, bounds.upper];
  let fewest = Number.POSITIVE_INFINITY;
  for (let stake = LARGEST_STAKE; stake > LARGEST_STAKE / 1000; stake *= 0.8) {
    const growths = values.map((value) => Math.log1p((stake * sign * (value + moved)) / reach));
    fewest = Math.min(fewest, valuesToGrow(mean(growths), spreadOf(growths), alpha));
  }
  return fewest < Number.POSITIVE_INFINITY ? practical(fewest, values.length) : undefined;
}

/** Values after which capital that grows so in the mean, and spreads so, has reached its goal with the power aimed at. */
function valuesToGrow(growth: number, spread: number, alpha: number): number {
  if (growth <= 0) return Number.POSITIVE_INFINITY;
  const reach = normalQuantile(BETTING_POWER) * spread;
  return ((reach + Math.sqrt(reach ** 2 + 4 * growth * Math.log(GOAL_FACTOR / alpha))) / (2 * growth)) ** 2;
}

function spreadOf(values: readonly number[]): number {
  return values.length < 2 ? 0 : Math.sqrt(sampleVariance(values));
}

/**
 * What would decide the sides of a margin that aren't decided yet, each held against 0; `unchanged`, where there is a
 * baseline, is what a side's mean per item would be if nothing had changed. Counts observations, and the items in them. `undefined`: no practical number, or every side is decided.
 */
export function neededObservations(
  sides: readonly (BettingSide & { readonly unchanged?: number })[],
  level: DecidingLevel,
): Needed | undefined {
  const open = sides.filter(({ interval }) => interval.lower < 0 && interval.upper >= 0);
  const counts = open.map(({ observations, bounds, scale, unchanged }) =>
    itemsToDecideMean(observations, bounds, level, unchanged === undefined ? undefined : unchanged / scale),
  );
  if (counts.length === 0 || counts.includes(undefined)) return undefined;
  const observations = Math.max(...counts.map((count) => count ?? 0));
  const itemsEach = open[0]?.itemsEach ?? 1;
  return itemsEach === 1
    ? { items: observations }
    : { items: Math.ceil(observations * itemsEach), groups: observations };
}

/** What an inconclusive finding says about more items. */
export function outlookOn(needed: Needed | undefined): Pick<Finding, "outlook" | "itemsNeeded" | "groupsNeeded"> {
  if (needed === undefined) return { outlook: "too close to the threshold for any practical number of items" };
  if (needed.groups === undefined)
    return { outlook: `about ${items(needed.items)} ${WOULD_DECIDE}`, itemsNeeded: needed.items };
  return {
    outlook: `about ${plain(needed.groups, 0)} groups (${items(needed.items)}) ${WOULD_DECIDE}`,
    itemsNeeded: needed.items,
    groupsNeeded: needed.groups,
  };
}

const WOULD_DECIDE = "would decide if the rest is like these";

/** Towards 0 by one standard error: what was seen of a difference is in part the luck of these items. */
function shrink(difference: number, standardError: number): number {
  return Math.sign(difference) * Math.max(0, Math.abs(difference) - standardError);
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

import type { DecidingLevel } from "../domain/deciding-level.ts";
import { type Bounds, boundedMeanInterval, boundedMeanTest } from "../stats/bounded-mean.ts";
import type { Interval } from "../stats/interval.ts";
import { groupTotals } from "./group-totals.ts";

/** One side of a margin: values of items whose mean is to be told from 0. Items of one group are one observation. */
export interface BettingSide {
  /** Of the mean per item, in the values' units. */
  readonly interval: Interval;
  /** One a group, within the bounds; the values themselves where no item has a group. */
  readonly observations: readonly number[];
  readonly bounds: Bounds;
  /** Mean items of an observation. */
  readonly itemsEach: number;
  /** Mean per item over the observations' mean. */
  readonly scale: number;
}

/** Bets on the mean of some values that lie within `bounds`, which hold 0. Throws RangeError without values. */
export function bettingSide(
  values: readonly number[],
  groups: readonly (string | undefined)[],
  bounds: Bounds,
  { confidence }: DecidingLevel,
): BettingSide {
  const { totals, perItem } = groupTotals(values, groups);
  const { lower, upper } = boundedMeanInterval(totals, { ...bounds, confidence });
  return {
    interval: { lower: lower * perItem, upper: upper * perItem },
    observations: totals,
    bounds,
    itemsEach: values.length / totals.length,
    scale: perItem,
  };
}

/** One-sided p-value of the mean being above 0 (`greater`) or below it (`less`), off the ladder of `boundedMeanTest`. */
export function pOfSide({ observations, bounds }: BettingSide, alternative: "greater" | "less"): number {
  return boundedMeanTest(observations, { ...bounds, mean: 0, alternative }).p;
}

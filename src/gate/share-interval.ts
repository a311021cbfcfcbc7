import { bettingSide } from "../analyze/betting-side.ts";
import { clusterLabels } from "../analyze/group-of.ts";
import type { OwnValue } from "../analyze/worst-case.ts";
import type { DecidingLevel } from "../domain/deciding-level.ts";
import { mean } from "../stats/descriptive.ts";
import type { Interval } from "../stats/interval.ts";
import { wilsonInterval } from "../stats/wilson.ts";
import { itemsToDecideShare, type Needed, neededObservations } from "./items-to-decide.ts";

/** A share of items, or a mean of their values, with the interval that decides it. */
export interface HeldShare {
  readonly interval: Interval;
  readonly method: string;
  /** What would tell it from the threshold. */
  readonly needed: () => Needed | undefined;
}

/**
 * The share of items whose value is 1, the others being 0, to be held against `threshold`: Wilson's interval; where items share groups the
 * betting interval over the groups' totals. Throws RangeError without values.
 */
export function holdShare(values: readonly OwnValue[], threshold: number, level: DecidingLevel): HeldShare {
  if (clusterLabels(values.map(({ group }) => group)) !== undefined) return holdMean(values, threshold, level);
  const [trials, share] = [values.length, mean(values.map(({ value }) => value))];
  const successes = values.filter(({ value }) => value === 1).length;
  return {
    interval: wilsonInterval({ successes, trials, confidence: level.confidence }),
    method: `Wilson ${level.label}`,
    needed: () => {
      const items = itemsToDecideShare(trials, share, threshold, level);
      return items === undefined ? undefined : { items };
    },
  };
}

/** The mean of values in [0, 1], to be held against `threshold`, by betting; items of a group count as one observation. */
export function holdMean(values: readonly OwnValue[], threshold: number, level: DecidingLevel): HeldShare {
  const groups = values.map(({ group }) => group);
  const side = bettingSide(
    values.map(({ value }) => value - threshold),
    groups,
    { lower: -threshold, upper: 1 - threshold },
    level,
  );
  const over = clusterLabels(groups) === undefined ? "" : " over groups";
  return {
    interval: {
      lower: Math.max(0, side.interval.lower + threshold),
      upper: Math.min(1, side.interval.upper + threshold),
    },
    method: `betting${over} ${level.label}`,
    needed: () => neededObservations([side], level),
  };
}

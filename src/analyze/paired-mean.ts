import type { DecidingLevel } from "../domain/deciding-level.ts";
import { bootstrapInterval } from "../stats/bootstrap.ts";
import { boundedMeanInterval } from "../stats/bounded-mean.ts";
import { mean } from "../stats/descriptive.ts";
import type { Interval } from "../stats/interval.ts";
import { pairedTTest } from "../stats/paired-t.ts";
import { seededRandom } from "../stats/random.ts";
import { clusterLabels } from "./group-of.ts";
import { groupTotals } from "./group-totals.ts";
import type { DifferenceEstimate, EstimateOptions } from "./paired-accuracy.ts";

const BOOTSTRAP_DRAWS = 2_000;

/** One item's score on both sides; `undefined` where it is unscored or missing. */
export interface PairedValue {
  readonly item: string;
  readonly baseline: number | undefined;
  readonly candidate: number | undefined;
  readonly group: string | undefined;
}

/** Scores of a variant and its baseline on the same items. Scores lie in [0, 1]; differences are candidate − baseline. */
export interface PairedMean {
  /** Items scored on both sides. */
  readonly pairs: number;
  /** Items scored on one side only. */
  readonly unpaired: number;
  /** Pairs whose scores differ. */
  readonly changed: number;
  readonly baselineMean: number;
  readonly candidateMean: number;
  readonly estimate: DifferenceEstimate;
  /** At the same level, beside the interval that decides; absent with fewer than two pairs. */
  readonly beside?: { readonly t: Interval; readonly bootstrapBca: Interval };
}

/**
 * Compares paired scores by an interval that is valid for bounded data at any number of pairs. Items of one group count as one
 * observation.
 */
export function comparePairedMean(values: readonly PairedValue[], options: EstimateOptions): PairedMean {
  const { baseline, candidate, groups } = scoredPairs(values);
  const pairs = baseline.length;
  const unpaired = values.filter((value) => (value.baseline === undefined) !== (value.candidate === undefined)).length;
  if (pairs === 0) {
    return {
      pairs: 0,
      unpaired,
      changed: 0,
      baselineMean: 0,
      candidateMean: 0,
      estimate: { kind: "unavailable", reason: "no item was scored on both sides" },
    };
  }
  const differences = candidate.map((value, index) => value - (baseline[index] ?? 0));
  const clusters = clusterLabels(groups);
  const interval = decidingInterval(differences, groups, options.level);
  return {
    pairs,
    unpaired,
    changed: differences.filter((difference) => difference !== 0).length,
    baselineMean: mean(baseline),
    candidateMean: mean(candidate),
    estimate: {
      kind: "estimated",
      difference: mean(differences),
      lower: interval.lower,
      upper: interval.upper,
      method: `betting ${options.level.label}`,
    },
    ...(pairs < 2 ? {} : { beside: describe(baseline, candidate, differences, clusters, options) }),
  };
}

/** Betting interval of the mean difference. */
function decidingInterval(
  differences: readonly number[],
  groups: readonly (string | undefined)[],
  { confidence }: DecidingLevel,
): Interval {
  const { totals, perItem } = groupTotals(differences, groups);
  const { lower, upper } = boundedMeanInterval(totals, { lower: -1, upper: 1, confidence });
  return { lower: Math.max(-1, lower * perItem), upper: Math.min(1, upper * perItem) };
}

/** The scores of items that have one on both sides, in the same order. */
export function scoredPairs(values: readonly PairedValue[]): {
  readonly baseline: readonly number[];
  readonly candidate: readonly number[];
  readonly groups: readonly (string | undefined)[];
} {
  const baseline: number[] = [];
  const candidate: number[] = [];
  const groups: (string | undefined)[] = [];
  for (const value of values) {
    if (value.baseline === undefined || value.candidate === undefined) continue;
    baseline.push(value.baseline);
    candidate.push(value.candidate);
    groups.push(value.group);
  }
  return { baseline, candidate, groups };
}

function describe(
  baseline: readonly number[],
  candidate: readonly number[],
  differences: readonly number[],
  clusters: readonly string[] | undefined,
  { seed, level: { confidence } }: EstimateOptions,
) {
  const t = pairedTTest(baseline, candidate, { confidence });
  const bootstrap = bootstrapInterval(differences, {
    draws: BOOTSTRAP_DRAWS,
    rng: seededRandom(seed),
    method: "bca",
    confidence,
    ...(clusters === undefined || new Set(clusters).size < 2 ? {} : { clusters }),
  });
  return { t: { lower: t.lower, upper: t.upper }, bootstrapBca: bootstrap };
}

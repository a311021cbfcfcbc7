import { groupTotals } from "../analyze/group-totals.ts";
import type { PairedValue } from "../analyze/paired-mean.ts";
import type { DecidingLevel } from "../domain/deciding-level.ts";
import type { Outcome } from "../domain/outcome.ts";
import { plain, signed } from "../domain/write-number.ts";
import { boundedMeanInterval, boundedMeanTest } from "../stats/bounded-mean.ts";
import { mean, sampleVariance } from "../stats/descriptive.ts";
import type { Interval } from "../stats/interval.ts";
import { boundsAgainst, type Finding, notMeasured, ROUNDING } from "./finding.ts";
import { howMany, itemsToDecideMean } from "./items-to-decide.ts";

export interface RelativeMargin {
  readonly goal: "non-inferiority" | "equivalence";
  /** Margin δ in percent of the baseline's mean. */
  readonly percent: number;
  readonly basis: "interval" | "point";
  readonly level: DecidingLevel;
}

/**
 * Judges the change of a mean score, relative to the baseline's, on the same items: the differences candidate − (1 − δ)·baseline lie in
 * [−(1 − δ), 1] and their mean is above 0 when less than δ is lost. Decided by the betting interval, which holds for bounded values
 * at any number of items; equivalence asks (1 + δ)·baseline − candidate too. Items of one group count as one observation. Bounds are
 * told in percent of the baseline's mean as it was observed. A baseline whose mean is 0 leaves nothing to lose: inconclusive.
 */
export function judgeRelativeMargin(values: readonly PairedValue[], margin: RelativeMargin): Finding {
  const { goal, percent, basis, level } = margin;
  const [baseline, candidate] = [
    values.map((value) => value.baseline ?? 0),
    values.map((value) => value.candidate ?? 0),
  ];
  if (values.length === 0) return notMeasured("no item was scored on both sides");
  const [before, after] = [mean(baseline), mean(candidate)];
  const numbers = { n: values.length, threshold: -percent, unit: "% of baseline" } as const;
  if (before === 0) {
    const explanation = `the baseline's mean is 0, so there is nothing to lose a share of; n = ${plain(values.length, 0)}`;
    return { ...numbers, outcome: "inconclusive", basis: "none", explanation };
  }
  const change = 100 * (after / before - 1);
  const means = `mean ${plain(before)} → ${plain(after)}, n = ${plain(values.length, 0)}`;
  if (basis === "point") {
    const met = change >= -percent - ROUNDING && (goal === "non-inferiority" || change <= percent + ROUNDING);
    return {
      ...numbers,
      estimate: change,
      outcome: met ? "pass" : "fail",
      basis: "point estimate",
      explanation: `point estimate ${signed(change, 1)} %: ${means}`,
    };
  }
  const method = `betting ${level.label}`;
  const delta = percent / 100;
  const groups = values.map((value) => value.group);
  const loss = sideOf(
    candidate.map((value, index) => value - (1 - delta) * (baseline[index] ?? 0)),
    groups,
    { lower: -(1 - delta), upper: 1 },
    level,
  );
  const gain =
    goal === "non-inferiority"
      ? undefined
      : sideOf(
          candidate.map((value, index) => (1 + delta) * (baseline[index] ?? 0) - value),
          groups,
          { lower: -1, upper: 1 + delta },
          level,
        );
  const sides = gain === undefined ? [loss] : [loss, gain];
  const outcome = worst(sides.map((side) => side.outcome));
  const lower = 100 * (loss.interval.lower / before - delta);
  const upper =
    100 * (gain === undefined ? loss.interval.upper / before - delta : delta - gain.interval.lower / before);
  const needs = sides.filter((side) => side.outcome === "inconclusive").map((side) => side.itemsNeeded);
  const needed = needs.includes(undefined) ? undefined : Math.max(...needs.map((each) => each ?? 0));
  return {
    ...numbers,
    outcome,
    basis: "interval",
    method,
    estimate: change,
    lower,
    upper,
    p: Math.max(...sides.map((side) => side.p)),
    explanation: `${signed(change, 1)} %, ${method} interval [${signed(lower, 1)}, ${signed(upper, 1)}] %: ${means}${
      outcome === "inconclusive" ? `; ${howMany(needed)}` : ""
    }`,
    ...(outcome === "inconclusive" && needed !== undefined ? { itemsNeeded: needed } : {}),
  };
}

/**
 * Whether δ of the baseline's mean is more than half a standard deviation of its scores: then the margin is wide for so compressed a
 * metric, and passing says little. `undefined` when it isn't, or with fewer than two items.
 */
export function compressedBy(
  baseline: readonly number[],
  percent: number,
): { readonly margin: number; readonly deviation: number } | undefined {
  if (baseline.length < 2) return undefined;
  const [margin, deviation] = [(percent / 100) * mean(baseline), Math.sqrt(sampleVariance(baseline))];
  return margin > deviation / 2 ? { margin, deviation } : undefined;
}

interface Side {
  readonly interval: Interval;
  readonly outcome: Outcome;
  readonly p: number;
  readonly itemsNeeded: number | undefined;
}

/** One side of a margin: differences whose mean is to be above 0. */
function sideOf(
  differences: readonly number[],
  groups: readonly (string | undefined)[],
  bounds: Interval,
  level: DecidingLevel,
): Side {
  const { totals, perItem } = groupTotals(differences, groups);
  const { lower, upper } = boundedMeanInterval(totals, { ...bounds, confidence: level.confidence });
  const interval = { lower: lower * perItem, upper: upper * perItem };
  const outcome = boundsAgainst(interval, 0);
  const perGroup = differences.length / totals.length;
  const groupsNeeded = outcome === "inconclusive" ? itemsToDecideMean(totals, bounds, level) : undefined;
  return {
    interval,
    outcome,
    p: boundedMeanTest(totals, { ...bounds, mean: 0, alternative: "greater" }).p,
    itemsNeeded: groupsNeeded === undefined ? undefined : Math.ceil(groupsNeeded * perGroup),
  };
}

function worst(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes("fail")) return "fail";
  return outcomes.includes("inconclusive") ? "inconclusive" : "pass";
}

import { bettingSide, pOfSide } from "../analyze/betting-side.ts";
import type { PairedValue } from "../analyze/paired-mean.ts";
import type { DecidingLevel } from "../domain/deciding-level.ts";
import type { Outcome } from "../domain/outcome.ts";
import { plain, signed } from "../domain/write-number.ts";
import type { Bounds } from "../stats/bounded-mean.ts";
import { mean, sampleVariance } from "../stats/descriptive.ts";
import { boundsAgainst, type Finding, notMeasured, ROUNDING } from "./finding.ts";
import { neededObservations, outlookOn } from "./items-to-decide.ts";
import type { MarginGoal } from "./paired-margin.ts";

export interface RelativeMargin {
  readonly goal: MarginGoal;
  /** Margin δ in percent of the baseline's mean. */
  readonly percent: number;
  readonly basis: "interval" | "point";
  readonly level: DecidingLevel;
}

/**
 * Judges the change of a mean score, relative to the baseline's, on the same items: the differences candidate − (1 − δ)·baseline lie in
 * [−(1 − δ), 1] and their mean is above 0 when less than δ is lost. Decided by the betting interval, which holds for bounded values
 * at any number of items; equivalence asks (1 + δ)·baseline − candidate too. Items of one group count as one observation. Bounds are
 * told in percent of the baseline's mean as it was observed. A baseline whose mean is 0 has nothing to lose: inconclusive.
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
    const explanation = `nothing to lose: the baseline's mean is 0, so a loss can't show here; take items that it can answer; n = ${plain(values.length, 0)}`;
    return { ...numbers, outcome: "inconclusive", basis: "none", nothingToLose: true, explanation };
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
  const side = (differences: readonly number[], bounds: Bounds) => {
    const bet = bettingSide(differences, groups, bounds, level);
    return { ...bet, unchanged: delta * before, outcome: boundsAgainst(bet.interval, 0) };
  };
  const loss = side(
    candidate.map((value, index) => value - (1 - delta) * (baseline[index] ?? 0)),
    { lower: -(1 - delta), upper: 1 },
  );
  const gain =
    goal === "non-inferiority"
      ? undefined
      : side(
          candidate.map((value, index) => (1 + delta) * (baseline[index] ?? 0) - value),
          { lower: -1, upper: 1 + delta },
        );
  const sides = gain === undefined ? [loss] : [loss, gain];
  const outcome = worst(sides.map((each) => each.outcome));
  const lower = 100 * (loss.interval.lower / before - delta);
  const upper =
    100 * (gain === undefined ? loss.interval.upper / before - delta : delta - gain.interval.lower / before);
  return {
    ...numbers,
    outcome,
    basis: "interval",
    method,
    estimate: change,
    lower,
    upper,
    p: Math.max(...sides.map((each) => pOfSide(each, "greater"))),
    explanation: `${signed(change, 1)} %, ${method} interval [${signed(lower, 1)}, ${signed(upper, 1)}] %: ${means}`,
    ...(outcome === "inconclusive" ? outlookOn(neededObservations(sides, level)) : {}),
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

function worst(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes("fail")) return "fail";
  return outcomes.includes("inconclusive") ? "inconclusive" : "pass";
}

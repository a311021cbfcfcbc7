import type { PairedMark } from "../analyze/paired-accuracy.ts";
import type { DecidingLevel } from "../domain/deciding-level.ts";
import { plain, signed } from "../domain/write-number.ts";
import { type Finding, notMeasured, ROUNDING } from "./finding.ts";
import { outlookOn } from "./items-to-decide.ts";
import { nothingToLose } from "./nothing-to-lose.ts";
import { holdAgainst, type MarginGoal } from "./paired-margin.ts";
import { items } from "./wording.ts";

export interface AccuracyMargin {
  readonly goal: MarginGoal;
  /** Percentage points. */
  readonly pp: number;
  readonly basis: "interval" | "point";
  readonly level: DecidingLevel;
  /** What can't be lost: the accuracy of guessing, or 0. */
  readonly floor: number;
  /** How the baseline is called. */
  readonly baseline: string;
}

/**
 * Judges the difference of right answers on the same items against a margin: by the deciding interval (Tango's score interval; where items
 * share groups the betting interval over groups), or by the point estimate where the rule asks for it. Where the baseline lies less than the
 * margin above the floor such a loss can't happen, so not seeing one is no pass.
 */
export function judgeAccuracyMargin(marks: readonly PairedMark[], margin: AccuracyMargin): Finding {
  return nothingToLose(judgeDifference(marks, margin), {
    baseline: margin.baseline,
    score: marks.filter((mark) => mark.baseline === "right").length / marks.length,
    detail: `${plain(marks.filter((mark) => mark.baseline === "right").length, 0)} of ${plain(marks.length, 0)} right`,
    floor: margin.floor,
    margin: margin.pp / 100,
    marginWords: `${plain(margin.pp)} pp`,
  });
}

function judgeDifference(marks: readonly PairedMark[], { goal, pp, basis, level }: AccuracyMargin): Finding {
  if (marks.length === 0) return notMeasured("no item was answered on both sides");
  const found = holdAgainst(marks, { goal, margin: pp / 100, level });
  const { gained, lost, pairs, outcome, method, p } = found;
  const change = (100 * (gained - lost)) / pairs;
  const numbers = { n: pairs, estimate: change, threshold: -pp, unit: "pp" } as const;
  const flips = `${items(lost)} lost, ${plain(gained, 0)} gained of n = ${plain(pairs, 0)}`;
  if (basis === "point") {
    const met = change >= -pp - ROUNDING && (goal === "non-inferiority" || change <= pp + ROUNDING);
    return {
      ...numbers,
      outcome: met ? "pass" : "fail",
      basis: "point estimate",
      explanation: `point estimate ${signed(change, 1)} pp: ${flips}`,
    };
  }
  const [lower, upper] = [100 * found.lower, 100 * found.upper];
  return {
    ...numbers,
    outcome,
    basis: "interval",
    method,
    lower,
    upper,
    p,
    explanation: `${signed(change, 1)} pp, ${method} interval [${signed(lower, 1)}, ${signed(upper, 1)}] pp: ${flips}`,
    ...(outcome === "inconclusive" ? outlookOn(found.needed()) : {}),
  };
}

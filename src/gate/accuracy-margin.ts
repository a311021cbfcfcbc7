import { clusterLabels } from "../analyze/group-of.ts";
import { type EstimateOptions, estimateDifference, type PairedMark } from "../analyze/paired-accuracy.ts";
import type { Outcome } from "../domain/outcome.ts";
import { plain, signed } from "../domain/write-number.ts";
import { tangoEquivalence, tangoNonInferiority } from "../stats/tango.ts";
import { boundsAgainst, type Finding, notMeasured, ROUNDING } from "./finding.ts";
import { howMany, pairsToDecide } from "./items-to-decide.ts";
import { items } from "./wording.ts";

export interface AccuracyMargin extends EstimateOptions {
  readonly goal: "non-inferiority" | "equivalence";
  /** Percentage points. */
  readonly pp: number;
  readonly basis: "interval" | "point";
}

/**
 * Judges the difference of accuracies on the same items against a margin: by the deciding interval (Tango's score interval; where items are
 * grouped the cluster bootstrap), or by the point estimate where the rule asks for it.
 */
export function judgeAccuracyMargin(marks: readonly PairedMark[], margin: AccuracyMargin): Finding {
  const { goal, pp, basis, level } = margin;
  const estimate = estimateDifference(marks, margin);
  if (estimate.kind === "unavailable") return notMeasured(estimate.reason);
  const gained = marks.filter((mark) => mark.baseline === "wrong" && mark.candidate === "right").length;
  const lost = marks.filter((mark) => mark.baseline === "right" && mark.candidate === "wrong").length;
  const pairs = marks.length;
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
  const [lower, upper] = [100 * estimate.lower, 100 * estimate.upper];
  const outcome = againstMargin({ lower, upper }, pp, goal);
  const counts = { gained, lost, pairs, margin: pp / 100 };
  const needed =
    outcome === "inconclusive"
      ? pairsToDecide({
          pairs,
          discordance: (gained + lost) / pairs,
          difference: (gained - lost) / pairs,
          margin: pp / 100,
          goal,
          level,
        })
      : undefined;
  return {
    ...numbers,
    outcome,
    basis: "interval",
    method: estimate.method,
    lower,
    upper,
    ...(clusterLabels(marks.map((mark) => mark.group)) === undefined
      ? { p: goal === "equivalence" ? tangoEquivalence(counts).p : tangoNonInferiority(counts).p }
      : {}),
    explanation: `${signed(change, 1)} pp, ${estimate.method} interval [${signed(lower, 1)}, ${signed(upper, 1)}] pp: ${flips}${
      outcome === "inconclusive" ? `; ${howMany(needed)}` : ""
    }`,
    ...(needed === undefined ? {} : { itemsNeeded: needed }),
  };
}

/** An interval of a change against a margin: on one side for non-inferiority, on both for equivalence. */
function againstMargin(
  { lower, upper }: { readonly lower: number; readonly upper: number },
  margin: number,
  goal: AccuracyMargin["goal"],
): Outcome {
  const loss = boundsAgainst({ lower, upper }, -margin);
  if (goal === "non-inferiority" || loss !== "pass") return loss;
  if (upper <= margin) return "pass";
  return lower > margin ? "fail" : "inconclusive";
}

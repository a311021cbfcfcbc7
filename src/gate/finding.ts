import type { MissingItems } from "../analyze/worst-case.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { CheckedRule } from "./verdict.ts";
import { items } from "./wording.ts";

/** What a check came to, before it is put to its rule. */
export type Finding = Omit<CheckedRule, "rule" | "type" | "task" | "metric" | "subject">;

/** What sample sizes are told for. */
export const POWER = 0.8;
/** Rounding must not turn a point estimate that exactly meets its threshold into one that misses it. */
export const ROUNDING = 1e-9;

/** Fails closed: what a rule asks about isn't there. */
export function notMeasured(reason: string): Finding {
  return { outcome: "fail", basis: "none", explanation: `not measured, so the rule fails: ${reason}` };
}

/** A rule on a bound passes when the bound clears the threshold, fails when the other bound misses it, else is inconclusive. */
export function boundsAgainst(interval: { readonly lower: number; readonly upper: number }, atLeast: number): Outcome {
  if (interval.lower >= atLeast) return "pass";
  return interval.upper < atLeast ? "fail" : "inconclusive";
}

/**
 * Judges with missing items left out and, where there are some, again as if each counted against the variant (`otherwise`); what would
 * come out differently is inconclusive.
 */
export function withMissing(
  judge: (missing: MissingItems) => Finding,
  missing: number,
  otherwise: readonly MissingItems[] = ["against"],
): Finding {
  const observed = judge("left-out");
  if (missing === 0 || observed.basis === "none") return observed;
  const different = otherwise.find((assumption) => judge(assumption).outcome !== observed.outcome);
  if (different === undefined) return observed;
  const { itemsNeeded: _, ...rest } = observed;
  const counted = different === "against" ? "against the variant" : "in the variant's favour";
  return {
    ...rest,
    outcome: "inconclusive",
    explanation: `${observed.explanation}; but ${items(missing)} ${missing === 1 ? "has" : "have"} no result, and counted ${counted} ${missing === 1 ? "it" : "they"} would make it ${judge(different).outcome}`,
  };
}

/** Equal weights are no evidence: a comparison with itself can't pass. */
export function exceptSameWeights(finding: Finding, sameWeights: string | undefined): Finding {
  if (sameWeights === undefined || finding.outcome !== "pass") return finding;
  return { ...finding, outcome: "inconclusive", explanation: `${sameWeights}, so the comparison is no evidence` };
}

import type { MissingItems } from "../analyze/worst-case.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { CheckedRule } from "./verdict.ts";
import { items } from "./wording.ts";

/** What a check came to, before it is put to its rule. */
export type Finding = Omit<CheckedRule, "rule" | "type" | "kind" | "task" | "metric" | "subject"> & {
  /** What more items would say, of what is inconclusive for lack of evidence; ends the explanation. */
  readonly outlook?: string;
};

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

/** How a rule is put to one scope of its tasks. */
export interface Question {
  readonly judge: (missing: MissingItems) => Finding;
  /** Items without a result. */
  readonly missing: number;
  /** What else may be assumed of them. */
  readonly otherwise?: readonly MissingItems[];
  readonly sameWeights?: string | undefined;
  /** For a guard: what it watches for, as in "no loss above 3 pp seen". */
  readonly seen: string;
}

/** A claim's finding: it passes on evidence only. A guard's: it fails on evidence only. */
export function answer({ guard }: { readonly guard?: boolean | undefined }, question: Question): Finding {
  const { judge, missing, otherwise, sameWeights, seen } = question;
  if (guard) return withMissing((assumption) => asGuard(judge(assumption), seen), missing, otherwise);
  return exceptSameWeights(withMissing(judge, missing, otherwise), sameWeights);
}

/** Without evidence of what it watches for a guard passes, and certifies nothing. */
function asGuard(finding: Finding, seen: string): Finding {
  if (finding.outcome === "fail") return finding;
  const watching = finding.nothingToLose ? "it sees nothing" : "watching, certifies nothing";
  const explanation = `no ${seen} seen (${watching}): ${finding.explanation}`;
  return { ...withoutOutlook(finding), outcome: "pass", explanation };
}

/** What more items would say is said only of what is inconclusive for lack of them. */
export function withoutOutlook({ outlook: _, itemsNeeded: __, groupsNeeded: ___, ...finding }: Finding): Finding {
  return finding;
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
  const counted = different === "against" ? "against the variant" : "in the variant's favour";
  return {
    ...withoutOutlook(observed),
    outcome: "inconclusive",
    explanation: `${observed.explanation}; but ${items(missing)} ${missing === 1 ? "has" : "have"} no result, and counted ${counted} ${missing === 1 ? "it" : "they"} would make it ${judge(different).outcome}`,
  };
}

/** Equal weights are no evidence: a comparison with itself can't pass. */
export function exceptSameWeights(finding: Finding, sameWeights: string | undefined): Finding {
  if (sameWeights === undefined || finding.outcome !== "pass") return finding;
  return { ...finding, outcome: "inconclusive", explanation: `${sameWeights}, so the comparison is no evidence` };
}

import { checkFlips } from "./check-flips.ts";
import { checkAccuracyMargin, checkExactMargin, checkMetricMargin } from "./check-margin.ts";
import { checkNearRandom } from "./check-near-random.ts";
import { checkRate } from "./check-rate.ts";
import { checkRateIncrease } from "./check-rate-increase.ts";
import { checkMinAccuracy, checkMinMetric } from "./check-score.ts";
import { checkTier } from "./check-tier.ts";
import { checkQuantization, checkWeightsAsLabelled } from "./check-weights.ts";
import type { Evidence } from "./evidence.ts";
import { notMeasured } from "./finding.ts";
import type { Rule, RuleOf } from "./policy-schema.ts";
import type { CheckedRule } from "./verdict.ts";

/** Checks one rule of a policy on one variant: a line for each task or pool it applies to. Rules that compare say nothing of a baseline. */
export function checkRule(rule: Rule, evidence: Evidence): readonly CheckedRule[] {
  const guards = "guard" in rule && rule.guard === true;
  return findingsOf(rule, evidence).map((checked): CheckedRule => {
    const { rule: words, type, ...rest } = checked;
    return { rule: words, type, kind: guards ? "guard" : checked.basis === "name" ? "name" : "claim", ...rest };
  });
}

function findingsOf(rule: Rule, evidence: Evidence): readonly CheckedRule[] {
  switch (rule.type) {
    case "min-score":
      return rule.metric === "accuracy" ? checkMinAccuracy(rule, evidence) : checkMinMetric(rule, evidence);
    case "max-loss":
    case "equivalence":
      if (rule.metric === "accuracy") return checkAccuracyMargin(rule, evidence);
      return "pp" in rule ? checkExactMargin(rule, evidence) : checkMetricMargin(rule, evidence);
    case "max-flips":
      return checkFlips(rule, evidence);
    case "min-tier":
      return checkTier(rule, evidence);
    case "max-rate":
      return checkRate(rule, evidence);
    case "max-rate-increase":
      return checkRateIncrease(rule, evidence);
    case "quantizations":
      return [checkQuantization(rule, evidence)];
    case "weights-as-labelled":
      return checkWeightsAsLabelled(rule, evidence);
    case "not-near-random":
      return checkNearRandom(rule, evidence);
    case "not-degraded":
      return [checkDegraded(rule, evidence)];
  }
}

function checkDegraded({ type }: RuleOf<"not-degraded">, { degraded }: Evidence): CheckedRule {
  const rule = "the run isn't degraded";
  if (degraded === undefined) return { rule, type, ...notMeasured("nobody has looked whether this run is degraded") };
  return {
    rule,
    type,
    outcome: degraded.length === 0 ? "pass" : "fail",
    basis: "name",
    explanation: degraded.length === 0 ? "nothing degraded it" : degraded.join("; "),
  };
}

import type { Outcome } from "../../src/domain/outcome.ts";
import type { Quantization } from "../../src/domain/quantization.ts";
import { evaluatePolicy, type RunEvidence } from "../../src/gate/evaluate.ts";
import { type Policy, parsePolicy } from "../../src/gate/policies.ts";
import type { PolicyInput } from "../../src/gate/policy-schema.ts";
import type { CheckedRule, VariantVerdict, Verdicts } from "../../src/gate/verdict.ts";
import { idOf } from "./synthetic-run.ts";

export function verdictOn(quantization: Quantization, verdicts: Verdicts): VariantVerdict {
  const found = verdicts.models
    .flatMap((model) => model.variants)
    .find((variant) => variant.variant === idOf(quantization));
  if (found === undefined) throw new Error(`no verdict on ${quantization}`);
  return found;
}

export function ruleLines(verdict: VariantVerdict, outcome: Outcome): readonly string[] {
  return verdict.rules.filter((rule) => rule.outcome === outcome).map((rule) => rule.rule);
}

type RuleInput = NonNullable<PolicyInput["rules"]>[number];

/** A user's policy of some rules, through the same door as a file. */
export function policyOf(rules: readonly RuleInput[], rest: Partial<PolicyInput> = {}): Policy {
  return parsePolicy(JSON.stringify({ name: "own", ...rest, rules }), "own.json");
}

/** What one rule says of one variant. */
export function checkOne(
  rule: RuleInput,
  run: RunEvidence,
  quantization: Quantization = "Q4_K_M",
): readonly CheckedRule[] {
  // Every policy holds labels against the weights, too.
  return verdictOn(quantization, evaluatePolicy(policyOf([rule]), run)).rules.filter(({ type }) => type === rule.type);
}

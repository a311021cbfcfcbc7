import { checkLabel, type LabelCheck, ownType } from "../domain/label-check.ts";
import type { RuleOutcome } from "../domain/outcome.ts";
import { familyOf, parseQuantization, type Quantization } from "../domain/quantization.ts";
import type { Evidence, Labelled } from "./evidence.ts";
import type { RuleOf } from "./policy-schema.ts";
import type { CheckedRule } from "./verdict.ts";

const OUTCOMES: Readonly<Record<LabelCheck["kind"], RuleOutcome>> = {
  "as-labelled": "pass",
  remark: "pass",
  mismatch: "fail",
  "not-told": "not-told",
};

/** Are the weights what their label says? Of the baseline, too, where it isn't: what is compared with it would be compared with something else. */
export function checkWeightsAsLabelled(
  { type }: RuleOf<"weights-as-labelled">,
  { labelled, comparison }: Evidence,
): readonly CheckedRule[] {
  const own = { rule: "the weights are as labelled", type, basis: "name", ...held(labelled) } as const;
  if (comparison?.labelled === undefined) return [own];
  const baseline = held(comparison.labelled);
  if (baseline.outcome !== "fail") return [own];
  return [own, { rule: `the weights of ${comparison.baseline} are as labelled`, type, basis: "name", ...baseline }];
}

function held({ quantization, labelledOver, metadata }: Labelled): Pick<CheckedRule, "outcome" | "explanation"> {
  const { kind, words } = checkLabel(labelledOver ?? quantization, metadata);
  if (labelledOver === undefined) return { outcome: OUTCOMES[kind], explanation: words };
  const own = ownType(labelledOver, metadata);
  return {
    outcome: "pass",
    explanation: `the spec calls it ${quantization} by a label of its own; the weights are ${own}`,
  };
}

/** Judges the weights' own type as far as it is told, whatever they are called. */
export function checkQuantization(
  { type, allow, forbid }: RuleOf<"quantizations">,
  { labelled: { quantization, labelledOver, metadata } }: Evidence,
): CheckedRule {
  const own = ownType(labelledOver ?? quantization, metadata);
  const isOne = (listed: readonly Quantization[]): boolean => listed.some((each) => names(each, own, quantization));
  const banned = forbid !== undefined && isOne(forbid);
  const outside = allow !== undefined && !isOne(allow);
  const parts = [
    ...(allow === undefined ? [] : [`one of ${allow.join(", ")}`]),
    ...(forbid === undefined ? [] : [`not ${forbid.join(", ")}`]),
  ];
  const called = own === quantization ? "" : `called ${quantization}, `;
  const why = banned ? ", which the policy forbids" : outside ? ", which the policy doesn't allow" : "";
  return {
    rule: `quantization: ${parts.join(", ")}`,
    type,
    outcome: banned || outside ? "fail" : "pass",
    basis: "name",
    explanation: `${called}it is ${own}${why}`,
  };
}

/** A type is named by itself or by its tensors' type (\`Q4_K\`, told of no more); a name that is no type, by itself. */
function names(listed: Quantization, own: Quantization, label: Quantization): boolean {
  const type = parseQuantization(listed);
  return type === undefined ? listed.toUpperCase() === label.toUpperCase() : type === own || familyOf(type) === own;
}

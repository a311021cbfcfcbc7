import type { CheckedRule, VariantVerdict } from "../gate/verdict.ts";
import { count, plural } from "./format.ts";

/** Why a variant got its verdict, in one sentence without a full stop; what decided is named with method and n. */
export function verdictReason({ verdict, rules, notes }: VariantVerdict): string {
  switch (verdict) {
    case "pass":
      return `all ${plural(rules.length, "checked rule")} pass`;
    case "reference": {
      const unmet = rules.filter((rule) => rule.outcome !== "pass");
      const role = "the others are compared with it";
      return unmet.length === 0 ? role : `${role}; ${reasonFrom(unmet)}`;
    }
    case "fail":
    case "inconclusive": {
      const deciding = rules.filter((rule) => rule.outcome === verdict);
      return deciding.length === 0 ? withoutStop(notes[0] ?? "no rule was checked") : reasonFrom(deciding);
    }
  }
}

/** The verdict in words; one that rests on more looks than were declared says so. */
export function verdictWords({ verdict, exploratory }: VariantVerdict): string {
  return exploratory ? `${verdict} (exploratory)` : verdict;
}

/** A rule's explanation, with method, n and the items that would decide where it doesn't name them itself. */
export function explainRule(rule: CheckedRule): string {
  const evidence = [
    ...(rule.method === undefined || rule.explanation.includes(rule.method) ? [] : [rule.method]),
    ...(rule.n === undefined || /\bn = /.test(rule.explanation) ? [] : [`n = ${count(rule.n)}`]),
  ];
  const needed =
    rule.itemsNeeded === undefined || rule.explanation.includes("would decide")
      ? ""
      : `; about ${count(rule.itemsNeeded)} items would decide`;
  const explanation = `${withoutStop(rule.explanation)}${needed}`;
  return evidence.length === 0 ? explanation : `${explanation} (${evidence.join(", ")})`;
}

function reasonFrom(rules: readonly CheckedRule[]): string {
  const [first] = rules;
  if (first === undefined) return "";
  const more = rules.length === 1 ? "" : `; ${plural(rules.length - 1, "more rule")} not passed`;
  return `${first.rule}: ${explainRule(first)}${more}`;
}

function withoutStop(sentence: string): string {
  return sentence.trim().replace(/\.$/, "");
}

import type { CheckedRule, VariantVerdict } from "../gate/verdict.ts";
import { count, plural } from "./format.ts";
import { candidatesOf, type ModelView } from "./model-view.ts";

/** Why a variant got its verdict, in one sentence without a full stop; what decided is named with method and n. */
export function verdictReason({ verdict, rules, notes }: VariantVerdict): string {
  switch (verdict) {
    case "pass":
      return `all ${plural(rules.filter(({ outcome }) => outcome !== "not-told").length, "checked rule")} pass`;
    case "reference": {
      const unmet = rules.filter(({ outcome }) => outcome !== "pass" && outcome !== "not-told");
      const role = "the others are compared with it";
      return unmet.length === 0 ? role : `${role}; ${reasonFrom(unmet)}`;
    }
    case "fail":
    case "inconclusive": {
      const deciding = rules.filter((rule) => rule.outcome === verdict);
      return deciding.length === 0 ? withoutStop(notes[0] ?? "no rule was checked") : reasonFrom(deciding, verdict);
    }
  }
}

/** The verdict in words; one that rests on more looks than were declared says so. */
export function verdictWords({ verdict, exploratory }: VariantVerdict): string {
  return exploratory ? `${verdict} (exploratory)` : verdict;
}

/** Why a verdict is labelled exploratory, `undefined` where it isn't; the gate tells it first among the notes on looks. */
export function exploratoryReason({ exploratory, notes }: VariantVerdict): string | undefined {
  return exploratory ? notes.find((note) => note.startsWith("Exploratory: ")) : undefined;
}

/** Why no quantization of a model is the smallest that passes, as one sentence. */
export function noSmallestReason(model: ModelView): string {
  const candidates = candidatesOf(model);
  if (candidates.length === 0)
    return "Nothing passes: there is no quantization beside the baseline to compare with it.";
  const passing = candidates.filter((variant) => variant.verdict?.verdict === "pass").map(({ label }) => label);
  return passing.length === 0
    ? "No quantization of this model passes."
    : `The ladder is walked down from the most bits per weight and its first step does not pass, though ${passing.join(", ")} would.`;
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

function reasonFrom(rules: readonly CheckedRule[], outcome?: "fail" | "inconclusive"): string {
  const [first, ...others] = rules;
  if (first === undefined) return "";
  const single = others.length === 1;
  const words = { fail: single ? "fails" : "fail", inconclusive: `${single ? "is" : "are"} inconclusive` };
  const more =
    others.length === 0
      ? ""
      : `; ${plural(others.length, "more rule")} ${outcome === undefined ? "not passed" : words[outcome]}`;
  return `${first.rule}: ${explainRule(first)}${more}`;
}

function withoutStop(sentence: string): string {
  return sentence.trim().replace(/\.$/, "");
}

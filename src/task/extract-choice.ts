import type { Choice } from "../domain/item.ts";
import { type Evidence, findEvidence } from "./choice-extraction/evidence.ts";
import { findMentions } from "./choice-extraction/mentions.ts";
import { tokenizeAnswer } from "./choice-extraction/tokens.ts";

export type ExtractedChoice =
  | {
      readonly kind: "choice";
      /** Position in `choices`. */
      readonly index: number;
      readonly label: string;
      /** The whole trimmed answer is exactly the label. */
      readonly strict: boolean;
    }
  | { readonly kind: "none"; readonly reason: "empty" | "no-answer" | "ambiguous" };

/**
 * Which choice a written answer names, by label ("B", "(b)", "**B**", "\boxed{B}", "The answer is B", "option B", "B. 4")
 * or by repeating the choice's text, alone or in a statement. English phrases; any labels. Texts given as plain strings
 * are labelled A, B, C ….
 *
 * It doesn't guess. Statements count by strength: final ones ("final answer: B", `\boxed`), else explicit ones ("the
 * answer is B", a label alone on its line), else plain mentions; those of the greatest strength must agree, and an
 * explicit statement must not be taken back by a later "no, C", else the answer is `ambiguous`. Denied labels ("not B"),
 * the article "A", the pronoun "I" and letters within names ("vitamin C", "C++") are no answers, nor is a lone
 * lower-case "a", which may be an article that was cut off. Case matters only for `strict`.
 *
 * Linear in the length of the text. Throws RangeError for more than 26 plain strings.
 */
export function extractChoice(text: string, choices: readonly Choice[] | readonly string[]): ExtractedChoice {
  const labelled = withLabels(choices);
  const answer = text.normalize("NFC").trim();
  if (answer === "") return { kind: "none", reason: "empty" };
  const exact = labelled.flatMap((choice, index) => (choice.label.normalize("NFC").trim() === answer ? [index] : []));
  if (exact.length > 0) return conclude(exact, labelled, true);

  const tokens = tokenizeAnswer(answer);
  return decide(findEvidence(tokens, findMentions(answer, tokens, labelled)), labelled);
}

function withLabels(choices: readonly Choice[] | readonly string[]): Choice[] {
  const plain = choices.filter((choice) => typeof choice === "string").length;
  if (plain > 26) {
    throw new RangeError(
      `${plain} choices without labels: only 26 can be labelled A–Z, so give {label, text} for each`,
    );
  }
  return choices.map((choice, index) =>
    typeof choice === "string" ? { label: String.fromCharCode(65 + index), text: choice } : choice,
  );
}

function decide(evidence: readonly Evidence[], choices: readonly Choice[]): ExtractedChoice {
  const having = (...strengths: Evidence["strength"][]) =>
    evidence.filter(({ strength }) => strengths.includes(strength));
  let deciding = having("final");
  if (deciding.length === 0) {
    deciding = having("explicit").length > 0 ? having("explicit", "retraction") : having("plain", "retraction");
  }
  const indices = [...new Set(deciding.flatMap((piece) => piece.indices))];
  const [only] = indices;
  const last = deciding.at(-1);
  if (only !== undefined && last !== undefined) {
    // "The answer is B. No, B is wrong."
    const after = evidence.slice(evidence.indexOf(last) + 1);
    const denied = after.some((piece) => piece.strength === "denial" && piece.indices.includes(only));
    if (denied) return { kind: "none", reason: "ambiguous" };
  }
  return conclude(indices, choices, false);
}

function conclude(indices: readonly number[], choices: readonly Choice[], strict: boolean): ExtractedChoice {
  const [index] = indices;
  if (index === undefined) return { kind: "none", reason: "no-answer" };
  const label = choices[index]?.label;
  if (label === undefined || indices.length > 1) return { kind: "none", reason: "ambiguous" };
  return { kind: "choice", index, label, strict };
}

import type { Choice } from "../domain/item.ts";
import { answerPart } from "./answer-part.ts";
import { type Evidence, findEvidence } from "./choice-extraction/evidence.ts";
import { findMentions } from "./choice-extraction/mentions.ts";
import { isTakenBack } from "./choice-extraction/taken-back.ts";
import type { Token } from "./choice-extraction/token.ts";
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
 * or by repeating the choice's text, alone or in a statement. Any labels; English and the languages of
 * `choice-extraction/languages-…`. Texts given as plain strings are labelled A, B, C …. Only the answer itself is read: no thinking, no
 * end marks, and nothing from the next turn on.
 *
 * It doesn't guess. Statements count by strength: final ones ("final answer: B", `\boxed`), else explicit ones ("the
 * answer is B", a label alone on its line), else plain mentions; those of the greatest strength must agree, and
 * must not be taken back later ("no, C", "wait, actually it's C"), else the answer is `ambiguous`; so is a label with another choice's text
 * ("C. Helium" where Helium is D). Denied labels ("not B"),
 * the article "A", the pronoun "I" and letters within names ("vitamin C", "C++") are no answers, nor is a lone
 * lower-case "a", which may be an article that was cut off. Case matters only for `strict`.
 *
 * Linear in the length of the text. Throws RangeError for more than 26 plain strings.
 */
export function extractChoice(text: string, choices: readonly Choice[] | readonly string[]): ExtractedChoice {
  const labelled = withLabels(choices);
  const answer = answerPart(text.normalize("NFC"), labelled).text.trim();
  if (answer === "") return { kind: "none", reason: "empty" };
  const exact = labelled.flatMap((choice, index) => (choice.label.normalize("NFC").trim() === answer ? [index] : []));
  if (exact.length > 0) return conclude(exact, labelled, true);

  const tokens = tokenizeAnswer(answer);
  return decide(tokens, findEvidence(tokens, findMentions(answer, tokens, labelled)), labelled);
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

function decide(tokens: readonly Token[], evidence: readonly Evidence[], choices: readonly Choice[]): ExtractedChoice {
  const deciding = decidingEvidence(evidence);
  const indices = [...new Set(deciding.flatMap((piece) => piece.indices))];
  const [only] = indices;
  const last = deciding.at(-1);
  if (only !== undefined && last !== undefined) {
    const after = evidence.slice(evidence.indexOf(last) + 1);
    // "The answer is B. No, B is wrong."
    const denied = after.some((piece) => piece.strength === "denial" && piece.indices.includes(only));
    const others = after.filter(
      (piece) => piece.strength !== "denial" && piece.indices.some((index) => index !== only),
    );
    if (denied || isTakenBack(tokens, last.last, others.at(-1)?.last)) return { kind: "none", reason: "ambiguous" };
  }
  return conclude(indices, choices, false);
}

function decidingEvidence(evidence: readonly Evidence[]): Evidence[] {
  const having = (...strengths: Evidence["strength"][]) =>
    evidence.filter(({ strength }) => strengths.includes(strength));
  const final = having("final");
  if (final.length > 0) return final;
  if (having("explicit").length > 0) return having("explicit", "retraction");
  // "B) London", and below it what the others are; but the first choice may begin a list of all.
  const [line, ...more] = having("line");
  if (line !== undefined && more.length === 0 && !line.indices.includes(0)) return [line, ...having("retraction")];
  return having("plain", "line", "retraction");
}

function conclude(indices: readonly number[], choices: readonly Choice[], strict: boolean): ExtractedChoice {
  const [index] = indices;
  if (index === undefined) return { kind: "none", reason: "no-answer" };
  const label = choices[index]?.label;
  if (label === undefined || indices.length > 1) return { kind: "none", reason: "ambiguous" };
  return { kind: "choice", index, label, strict };
}

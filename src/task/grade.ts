import type { BackendAnswer, TextAnswer } from "../domain/answer.ts";
import type { Grade, WrongCause } from "../domain/grade.ts";
import type { MultipleChoiceItem } from "../domain/item.ts";
import type { Figure } from "../domain/protocol.ts";
import { answerPart } from "./answer-part.ts";
import { extractChoice } from "./extract-choice.ts";

type Chosen =
  | { readonly kind: "chosen"; readonly index: number }
  | { readonly kind: "none"; readonly cause: WrongCause };

/**
 * Grades one answered multiple-choice item. What the model caused (unparsed, empty, cut at the token limit) is wrong;
 * a letter that the API didn't show is missing.
 */
export function grade(item: MultipleChoiceItem, answer: BackendAnswer, primary: Figure): Grade {
  switch (answer.kind) {
    case "letters":
      return gradeLetters(item, answer.logprobs);
    case "continuations": {
      const perCharacter = answer.logprobs.map(
        (logprob, index) => logprob / characters(item.choices[index]?.text ?? ""),
      );
      const acc = argmax(answer.logprobs);
      const accNorm = argmax(perCharacter);
      const figures = { acc: acc === item.answer, acc_norm: accNorm === item.answer };
      return decide(item, { kind: "chosen", index: primary === "acc_norm" ? accNorm : acc }, figures);
    }
    case "text":
      return gradeText(item, answer, primary);
  }
}

function gradeLetters(item: MultipleChoiceItem, logprobs: readonly (number | "not-shown")[]): Grade {
  // One letter within the top k beats all that aren't shown, so the argmax over the shown ones is exact.
  const shown = logprobs.map((logprob) => (logprob === "not-shown" ? Number.NEGATIVE_INFINITY : logprob));
  if (shown.every((logprob) => logprob === Number.NEGATIVE_INFINITY))
    return { kind: "missing", cause: "letter-not-in-top-k" };
  const index = argmax(shown);
  return decide(item, { kind: "chosen", index }, { acc: index === item.answer });
}

function gradeText(item: MultipleChoiceItem, answer: TextAnswer, primary: Figure): Grade {
  const part = answerPart(answer.text, item.choices);
  const extraction = extractChoice(part.text, item.choices);
  const isCut = answer.finish === "length" && !part.ended;
  const strict: Chosen =
    extraction.kind === "choice" && extraction.strict
      ? { kind: "chosen", index: extraction.index }
      : { kind: "none", cause: unparsedCause(part.text, isCut) };
  // A cut text may have gone on to say something else; only a text that is nothing but the letter can't.
  const extracted: Chosen =
    extraction.kind === "choice" && (extraction.strict || !isCut)
      ? { kind: "chosen", index: extraction.index }
      : { kind: "none", cause: unparsedCause(part.text, isCut) };
  const isRight = (chosen: Chosen): boolean => chosen.kind === "chosen" && chosen.index === item.answer;
  const figures = { extracted: isRight(extracted), strict: isRight(strict) };
  return decide(item, primary === "strict" ? strict : extracted, figures);
}

function unparsedCause(text: string, isCut: boolean): WrongCause {
  if (isCut) return "truncated";
  return text.trim() === "" ? "empty" : "unparsed";
}

function decide(item: MultipleChoiceItem, chosen: Chosen, figures: Readonly<Partial<Record<Figure, boolean>>>): Grade {
  if (chosen.kind === "none") return { kind: "wrong", cause: chosen.cause, figures };
  const label = item.choices[chosen.index]?.label ?? "";
  return chosen.index === item.answer
    ? { kind: "right", chosen: label, figures }
    : { kind: "wrong", cause: "incorrect", chosen: label, figures };
}

/** Index of the largest value; the first of equals, as numpy's argmax. */
function argmax(values: readonly number[]): number {
  let best = 0;
  for (let index = 1; index < values.length; index += 1) {
    if ((values[index] ?? Number.NEGATIVE_INFINITY) > (values[best] ?? Number.NEGATIVE_INFINITY)) best = index;
  }
  return best;
}

/** Length in code points as Python counts it; an empty choice counts one, so that the quotient stays defined. */
function characters(text: string): number {
  return Math.max(1, [...text].length);
}

import type { BackendAnswer } from "../domain/answer.ts";
import type { Item } from "../domain/item.ts";
import type { FlipExample } from "./report-data.ts";

export interface FlipSides {
  readonly item: Item;
  readonly baselineAnswer: BackendAnswer;
  readonly candidateAnswer: BackendAnswer;
}

/** What a reader needs to see of a flipped item: the question, what was expected, and both answers in words. */
export function describeFlip(
  head: Pick<FlipExample, "model" | "variant" | "baseline" | "task" | "kind">,
  { item, baselineAnswer, candidateAnswer }: FlipSides,
): FlipExample {
  const detail = detailOf(item, baselineAnswer, candidateAnswer);
  return {
    ...head,
    item: item.id,
    ...(item.subject === undefined ? {} : { subject: item.subject }),
    question: item.type === "multiple-choice" ? item.question : item.instruction,
    ...(item.type === "multiple-choice" ? { choices: item.choices } : {}),
    expected: expectedOf(item),
    baselineAnswer: answerText(item, baselineAnswer),
    candidateAnswer: answerText(item, candidateAnswer),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** How far an answer moved against the right choice, in nats; 0 where there are no log-probabilities. Orders flips, worst first. */
export function severity({ item, baselineAnswer, candidateAnswer }: FlipSides): number {
  if (item.type !== "multiple-choice") return 0;
  const [before, after] = [margin(item.answer, baselineAnswer), margin(item.answer, candidateAnswer)];
  return before === undefined || after === undefined ? 0 : before - after;
}

/** A flip with what orders it among those of its task. */
export interface RankedFlip {
  readonly flip: { readonly loss: number; readonly baselineIndex: number };
  readonly severity: number;
}

/** Orders flips, worst first: by loss, then by how far the answer moved against the right choice, then as the task has them. */
export function worstFirst(a: RankedFlip, b: RankedFlip): number {
  return b.flip.loss - a.flip.loss || b.severity - a.severity || a.flip.baselineIndex - b.flip.baselineIndex;
}

/** Log-probability of the right choice minus that of the best other one. */
function margin(right: number, answer: BackendAnswer): number | undefined {
  if (answer.kind === "text") return undefined;
  const logprobs: readonly (number | "not-shown")[] = answer.logprobs;
  const own = logprobs[right];
  const others = logprobs.flatMap((value, index) => (index !== right && typeof value === "number" ? [value] : []));
  return typeof own !== "number" || others.length === 0 ? undefined : own - Math.max(...others);
}

function expectedOf(item: Item): string {
  if (item.type === "generation") return item.references.join(" / ");
  const choice = item.choices[item.answer];
  return choice === undefined ? "" : `${choice.label}. ${choice.text}`;
}

function answerText(item: Item, answer: BackendAnswer): string {
  if (answer.kind === "text") return answer.text;
  if (item.type !== "multiple-choice") return "";
  let best = -1;
  for (const [index, value] of answer.logprobs.entries()) {
    const top = answer.logprobs[best];
    if (typeof value === "number" && (typeof top !== "number" || value > top)) best = index;
  }
  const choice = item.choices[best];
  return choice === undefined ? "no letter among those the server showed" : `${choice.label}. ${choice.text}`;
}

function detailOf(item: Item, baseline: BackendAnswer, candidate: BackendAnswer): string | undefined {
  if (item.type !== "multiple-choice" || baseline.kind === "text" || candidate.kind === "text") return undefined;
  const line = (logprobs: readonly (number | "not-shown")[]): string =>
    item.choices
      .map((choice, index) => {
        const value = logprobs[index];
        return `${choice.label} ${typeof value === "number" ? value.toFixed(2) : "not shown"}`;
      })
      .join(", ");
  return `log-probabilities: baseline ${line(baseline.logprobs)}; variant ${line(candidate.logprobs)}`;
}

import { ask, choiceLogprobs, type Examinee, LETTERS, readsLogprobs, text } from "./ask.ts";
import { type Finding, ok, stop, warn } from "./finding.ts";

const PROMPT = "Text: Olga went to the beach and bought a yellow kite.\nQuestion: Where did Olga go?\nAnswer:";
const QUESTION = "Question: What is 7 minus 1?\nAnswer:";
/** Nondeterministic batching moves log-probabilities, but not by this much (nats). */
const LARGE = 0.02;

/** Is the same question answered the same, one after the other at temperature 0? */
export async function checkRepeats(examinee: Examinee, repeats: number): Promise<Finding> {
  const texts: string[] = [];
  const logprobs: (readonly (number | "not-shown")[])[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    texts.push((await ask(examinee, text(PROMPT, 12))).text);
  }
  // Not in turns with the texts: a server that alternates would always answer each kind alike.
  for (let repeat = 0; repeat < repeats && readsLogprobs(examinee); repeat += 1) {
    logprobs.push(await choiceLogprobs(examinee, QUESTION, LETTERS));
  }
  const [first = [], ...others] = logprobs;
  const largest = Math.max(0, ...others.flatMap((row) => row.map((value, index) => differ(value, first[index]))));
  const otherTexts = new Set(texts).size - 1;
  if (otherTexts > 0 || largest > LARGE) {
    return stop(
      "repeats",
      `answers change between repeats of the same question: ${otherTexts > 0 ? `${otherTexts + 1} different texts` : `log-probabilities move by ${largest.toFixed(2)} nats`} in ${repeats} repeats`,
      "the server samples, or serves several models in turn; it must decode greedily",
    );
  }
  return largest > 0
    ? warn("repeats", `log-probabilities move by up to ${largest.toExponential(1)} nats between repeats`)
    : ok("repeats", `${repeats} repeats are equal`);
}

function differ(a: number | "not-shown", b: number | "not-shown" | undefined): number {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b);
  return a === b ? 0 : Number.POSITIVE_INFINITY;
}

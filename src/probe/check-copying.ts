import { binomialCdf } from "../stats/distributions.ts";
import { ask, choiceLogprobs, type Examinee, LETTERS, readsLogprobs, text } from "./ask.ts";
import { type Finding, ok, warn } from "./finding.ts";

const ITEMS = 20;
const ALPHA = 0.01;

/** One item: letters that stand twice, then one that stands once; the model only has to copy it. */
function copyItem(index: number): { readonly prompt: string; readonly answer: number } {
  const order = LETTERS.map(
    (_, position) => (position * (index % 2 === 0 ? 1 : 3) + Math.floor(index / 4)) % LETTERS.length,
  );
  const answer = index % LETTERS.length;
  const lines = order.map((letter) => `Letter:${LETTERS[letter]}\nCopy:${LETTERS[letter]}\n`);
  return { prompt: `${lines.join("")}Letter:${LETTERS[answer]}\nCopy:`, answer };
}

/**
 * Copy-the-letter: 20 items with four letters to choose from. Right more often than chance with p < 0.01 (exact binomial, one-sided) means
 * that prompts arrive whole and answers are read right; a model too weak for this warns, since a weak model is no fault of the server.
 */
export async function checkCopying(examinee: Examinee): Promise<Finding> {
  let right = 0;
  for (let index = 0; index < ITEMS; index += 1) {
    const { prompt, answer } = copyItem(index);
    if ((await choose(examinee, prompt)) === answer) right += 1;
  }
  const p = right === 0 ? 1 : 1 - binomialCdf(right - 1, ITEMS, 1 / LETTERS.length);
  const told = `${right} of ${ITEMS} letters copied (p = ${p < 0.001 ? "<0.001" : p.toFixed(3)} for chance)`;
  return p < ALPHA
    ? ok("copy-the-letter", told)
    : warn(
        "copy-the-letter",
        `${told}: the model is too weak for letters, or the server changes prompts on their way`,
        "if the model should manage this, check the chat template and whether prompts arrive as sent",
      );
}

/** Index of the chosen letter; -1: none. */
async function choose(examinee: Examinee, prompt: string): Promise<number> {
  if (readsLogprobs(examinee)) {
    const values = (await choiceLogprobs(examinee, prompt, LETTERS)).map((logprob) =>
      logprob === "not-shown" ? Number.NEGATIVE_INFINITY : logprob,
    );
    const best = Math.max(...values);
    return best === Number.NEGATIVE_INFINITY ? -1 : values.indexOf(best);
  }
  const answer = (await ask(examinee, text(prompt, 4))).text.trim().slice(0, 1);
  return LETTERS.findIndex((letter) => letter.trim() === answer);
}

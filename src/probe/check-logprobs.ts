import { choiceLogprobs, type Examinee, LETTERS } from "./ask.ts";
import { type Finding, ok, stop, warn } from "./finding.ts";

const DIGITS = [" 1", " 2", " 3", " 4", " 5", " 6", " 7", " 8", " 9"];
/** Two questions whose answers differ; a model that reads them answers with other log-probabilities. */
const QUESTIONS = [
  "Question: What is 7 minus 1?\nAnswer:",
  "Question: What is 1 plus 2?\nAnswer:",
  "Choose the letter of the right answer.\nA. red\nB. blue\nC. green\nD. white\nQuestion: What colour is snow?\nAnswer:",
] as const;

/** Are log-probabilities really there, different between choices, and moved by the prompt? */
export async function checkLogprobs(examinee: Examinee): Promise<Finding> {
  const rows: (readonly (number | "not-shown")[])[] = [];
  for (const question of QUESTIONS) rows.push(await choiceLogprobs(examinee, question, await candidates(examinee)));
  const shown = rows.map((row) => row.filter((logprob): logprob is number => logprob !== "not-shown"));
  if (shown.every((row) => row.length === 0)) {
    return warn(
      "log-probabilities",
      "none of the probe's answers is among the most likely tokens that the server shows",
      "items whose letters are not shown are missing; use generated-letter if there are many",
    );
  }
  if (shown.filter((row) => row.length > 1).every(allEqual) && shown.some((row) => row.length > 1)) {
    return stop(
      "log-probabilities",
      "constant log-probabilities: every choice has the same one, which would score exactly chance",
      "the server does not compute what it sends; use another server, or the protocol generated-letter",
    );
  }
  const [first, second] = rows;
  if (
    rows.every((row) => JSON.stringify(row) === JSON.stringify(rows[0])) ||
    JSON.stringify(first) === JSON.stringify(second)
  ) {
    return stop(
      "log-probabilities",
      "the log-probabilities do not depend on the question, which would score exactly chance",
      "the server does not read the prompt, or answers from a cache of its own",
    );
  }
  return ok("log-probabilities", "they are there, and differ between choices and between questions");
}

/** Digits where each is one token for the model, else letters. */
async function candidates(examinee: Examinee): Promise<readonly string[]> {
  if (!examinee.needs.has("letters")) return DIGITS;
  return choiceLogprobs(examinee, QUESTIONS[0], DIGITS).then(
    () => DIGITS,
    () => LETTERS,
  );
}

function allEqual(values: readonly number[]): boolean {
  return values.every((value) => value === values[0]);
}

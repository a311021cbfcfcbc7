import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openRecorded } from "../../src/backend/recorded/open.ts";
import type { MultipleChoiceItem } from "../../src/domain/item.ts";
import { buildRequest } from "../../src/task/build-request.ts";
import { grade } from "../../src/task/grade.ts";
import { temporaryFolder } from "../support/cli.ts";
import { quizItem, quizTask } from "./example-task.ts";

interface Recorded {
  readonly id: string;
  readonly labels: readonly string[];
  readonly texts: readonly string[];
  readonly answer: number;
  /** Log-likelihoods as lm-evaluation-harness logs them in `resps`. */
  readonly logprobs: readonly number[];
  /** Worked out by hand: argmax of the log-likelihoods, and of each divided by its choice's characters. */
  readonly acc: boolean;
  readonly accNorm: boolean;
}

const ITEMS: readonly Recorded[] = [
  {
    // Per character −6/3 = −2, −7/10 = −0.7, −9/6 = −1.5: the sum prefers "air", the quotient "the oceans".
    id: "three choices",
    labels: ["A", "B", "C"],
    texts: ["air", "the oceans", "a lake"],
    answer: 1,
    logprobs: [-6, -7, -9],
    acc: false,
    accNorm: true,
  },
  {
    // −2/4 = −0.5, −3/2 = −1.5, −8/8 = −1, −9/3 = −3: both prefer the first.
    id: "four choices",
    labels: ["A", "B", "C", "D"],
    texts: ["iron", "Sn", "aluminum", "led"],
    answer: 0,
    logprobs: [-2, -3, -8, -9],
    acc: true,
    accNorm: true,
  },
  {
    // −4/1 = −4, −5/5 = −1, −6/2 = −3, −7/7 = −1, −20/30 = −0.667: the sum prefers the first, the quotient the longest.
    id: "five choices",
    labels: ["A", "B", "C", "D", "E"],
    texts: ["5", "seven", "10", "sixteen", "none of these is anywhere near"],
    answer: 4,
    logprobs: [-4, -5, -6, -7, -20],
    acc: false,
    accNorm: true,
  },
  {
    // Labels are digits; the answer "3" is the third choice. −9/3 = −3, −8/4 = −2, −1/5 = −0.2, −7/6 = −1.17.
    id: "numeric labels",
    labels: ["1", "2", "3", "4"],
    texts: ["one", "four", "three", "eleven"],
    answer: 2,
    logprobs: [-9, -8, -1, -7],
    acc: true,
    accNorm: true,
  },
  {
    // Equal sums: the first counts, as numpy's argmax. −5/4 = −1.25, −5/8 = −0.625: the quotient prefers the second.
    id: "equal sums",
    labels: ["A", "B"],
    texts: ["left", "straight"],
    answer: 0,
    logprobs: [-5, -5],
    acc: true,
    accNorm: false,
  },
  {
    // Characters are code points: −5.1/3 = −1.7 and −5/4 = −1.25 prefer "hill"; by UTF-16 units −5.1/6 = −0.85 would win.
    id: "emoji",
    labels: ["A", "B"],
    texts: ["🌋🌋🌋", "hill"],
    answer: 1,
    logprobs: [-5.1, -5],
    acc: true,
    accNorm: true,
  },
];

function itemOf({ id, labels, texts, answer }: Recorded): MultipleChoiceItem {
  return quizItem({ id, answer, choices: labels.map((label, index) => ({ label, text: texts[index] ?? "" })) });
}

/** A `samples_*.jsonl` of lm-evaluation-harness, opened as a backend. */
async function recorded(items: readonly Recorded[]) {
  const path = join(await temporaryFolder(), "samples_arc_challenge.jsonl");
  const lines = items.map(({ id, logprobs }, index) =>
    JSON.stringify({
      doc_id: index,
      doc: { id },
      resps: logprobs.map((logprob) => [[String(logprob), "False"]]),
    }),
  );
  await writeFile(path, `${lines.join("\n")}\n`);
  const backend = await openRecorded(path, { type: "recorded", concurrency: 1 }, new AbortController().signal);
  onTestFinished(() => backend.close());
  return backend;
}

describe("recorded log-probabilities give the accuracy of lm-evaluation-harness, item by item", () => {
  it.each(ITEMS)("$id, by continuations: acc $acc, acc_norm $accNorm", async (row) => {
    const item = itemOf(row);
    const task = quizTask();
    const request = buildRequest(task, item, { temperature: 0, seed: 0 });
    const backend = await recorded(ITEMS);
    const answer = await backend.generate(request, new AbortController().signal, { task: task.name, item: item.id });
    expect(grade(item, answer, "acc")).toMatchObject({ figures: { acc: row.acc, acc_norm: row.accNorm } });
    expect(grade(item, answer, "acc").kind).toBe(row.acc ? "right" : "wrong");
    expect(grade(item, answer, "acc_norm").kind).toBe(row.accNorm ? "right" : "wrong");
  });

  it.each(ITEMS)("$id, by letters: the same argmax over the labels", async (row) => {
    const item = itemOf(row);
    const task = quizTask({ protocol: "letter-logprob" });
    const request = buildRequest(task, item, { temperature: 0, seed: 0 });
    expect(request).toMatchObject({ kind: "letters", letters: row.labels.map((label) => ` ${label}`) });
    const backend = await recorded(ITEMS);
    const answer = await backend.generate(request, new AbortController().signal, { task: task.name, item: item.id });
    expect(grade(item, answer, "acc")).toMatchObject({ figures: { acc: row.acc } });
  });
});

import type { Outcome } from "../../src/domain/outcome.ts";
import type { Quantization } from "../../src/domain/quantization.ts";
import type { RunEvidence } from "../../src/gate/evaluate.ts";
import { POLICY_NAMES } from "../../src/gate/policy-schema.ts";
import { tangoInterval } from "../../src/stats/tango.ts";
import { type SyntheticTask, type SyntheticVariant, syntheticRun } from "./synthetic-run.ts";

/** Multiple-choice items of each task. */
export const CHOICES = 1000;

/** Tasks of every kind that a built-in policy looks at, with enough items to decide ±3. */
export const TASKS: readonly SyntheticTask[] = [
  { name: "mmlu", type: "multiple-choice", benchmark: "mmlu", items: CHOICES },
  { name: "arc", type: "multiple-choice", benchmark: "arc-challenge", items: CHOICES },
  { name: "summaries", type: "generation", kind: "summarization", items: 150 },
  { name: "code", type: "generation", kind: "code", items: 150 },
  { name: "classes", type: "generation", kind: "classification", items: 150 },
];

/** 70 % right; texts that score 0.85 to 0.95, 95 % exact matches: above every minimum of the built-in policies. */
export const BASELINE = {
  quantization: "FP16",
  choice: (_task: string, index: number) => (index % 10 < 7 ? "right" : "incorrect"),
  text: (_task: string, index: number) => textScores(index),
} as const satisfies SyntheticVariant;

/** The baseline's scores of an item, less a loss that no metric escapes but exact match. */
export function textScores(index: number, loss = 0): Readonly<Record<string, number>> {
  const score = 0.85 + (index % 11) / 100 - loss;
  const metrics = ["rouge_l", "bertscore", "coherence", "bleu", "output_length"];
  return { ...Object.fromEntries(metrics.map((metric) => [metric, score])), exact_match: index % 20 === 0 ? 0 : 1 };
}

/** Building a run takes longer than judging it, so each is built once, when it is first asked for. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The most items of both quizzes that may be lost, none gained, and a loss of 3 pp is still excluded. */
const mostLost = once(() => {
  let lost = 0;
  while (tangoInterval({ gained: 0, lost: lost + 1, pairs: 2 * CHOICES, confidence: 0.9 }).lower > -0.03) lost += 1;
  return lost;
});

/** The built-in policies that ask about generated texts, too. */
export const FULL_POLICIES = POLICY_NAMES.filter((name) => name !== "accuracy-only");

export interface SyntheticCase {
  readonly name: string;
  readonly run: () => RunEvidence;
  /** Of the candidate, by every built-in policy but `accuracy-only`. */
  readonly verdict: Outcome;
}

const candidate: Quantization = "Q8_0";

function against(answers: Omit<SyntheticVariant, "quantization">): () => RunEvidence {
  return once(() => syntheticRun(TASKS, [BASELINE, { quantization: candidate, ...answers }]));
}

/** Runs of known truth, a candidate Q8_0 against FP16. */
export const SYNTHETIC_CASES: readonly SyntheticCase[] = [
  {
    name: "clearly fine",
    verdict: "pass",
    run: against({
      choice: (task, index) =>
        index % 100 === 3 ? "incorrect" : index % 100 === 7 ? "right" : BASELINE.choice(task, index),
      text: (_, index) => textScores(index, index % 25 === 0 ? 0.05 : 0),
    }),
  },
  {
    name: "clearly worse",
    verdict: "fail",
    run: against({
      choice: (_, index) => (index % 10 < 5 ? "right" : "incorrect"),
      text: (_, index) => textScores(index, 0.25),
    }),
  },
  {
    name: "undecidable",
    verdict: "inconclusive",
    run: against({
      choice: (task, index) => (index % 40 === 3 ? "incorrect" : BASELINE.choice(task, index)),
      text: (_, index) => textScores(index, 0.025),
    }),
  },
  { name: "exact tie", verdict: "pass", run: against({ choice: BASELINE.choice, text: BASELINE.text }) },
  {
    name: "40 % garbage and the rest perfect",
    verdict: "fail",
    run: against({
      choice: (_, index) => (index % 10 < 4 ? "unparsed" : "right"),
      text: (_, index) => (index % 10 < 4 ? 0 : 1),
    }),
  },
  {
    name: "missing task",
    verdict: "fail",
    run: against({
      choice: BASELINE.choice,
      text: (task, index) => (task === "code" ? "absent" : textScores(index)),
    }),
  },
  { name: "all errored", verdict: "fail", run: against({ choice: () => "errored", text: () => "errored" }) },
  {
    name: "equal weights under two names",
    verdict: "inconclusive",
    run: once(() =>
      syntheticRun(TASKS, [
        { ...BASELINE, digest: "sha256:same" },
        { ...BASELINE, quantization: candidate, digest: "sha256:same" },
      ]),
    ),
  },
  {
    name: "one wrong and one missing item at the boundary",
    verdict: "inconclusive",
    run: against({
      // Up to the last wrong answer that the margin bears; the item that errored would be one more.
      choice: (task, index) => {
        const order = 2 * Math.floor(index / 10) + Number(task === "arc");
        if (index % 10 !== 0) return BASELINE.choice(task, index);
        if (order < mostLost()) return "incorrect";
        return order === mostLost() ? "errored" : "right";
      },
      text: BASELINE.text,
    }),
  },
  {
    name: "near-random",
    verdict: "fail",
    run: against({ choice: (_, index) => (index % 4 === 0 ? "right" : "incorrect"), text: BASELINE.text }),
  },
];

import { createHash } from "node:crypto";
import { TaskItems, TaskScores } from "../../src/analyze/task-scores.ts";
import type { Grade } from "../../src/domain/grade.ts";
import type { Figure } from "../../src/domain/protocol.ts";
import type { OpenedRecord } from "../../src/domain/record.ts";
import { scored, unscored } from "../../src/domain/score.ts";
import type { ItemResult, ScoreLine, ScoreRow } from "../../src/domain/score-row.ts";
import type { ResolvedTask } from "../../src/spec/resolved.ts";
import { type Run, START } from "../../src/store/run-store.ts";
import { identityOf } from "../generate/fake-backend.ts";

export type Outcome = "right" | "incorrect" | "unparsed" | "empty" | "truncated" | "errored" | "letter-not-in-top-k";

/** How a multiple-choice item ended, as its row has it. */
export function graded(
  outcome: Exclude<Outcome, "errored">,
  figures: Readonly<Partial<Record<Figure, boolean>>> = {},
): ItemResult {
  return { kind: "graded", grade: gradeOf(outcome, figures), choices: 4 };
}

function gradeOf(outcome: Exclude<Outcome, "errored">, figures: object): Grade {
  switch (outcome) {
    case "right":
      return { kind: "right", chosen: "A", figures: { acc: true, ...figures } };
    case "letter-not-in-top-k":
      return { kind: "missing", cause: outcome };
    default:
      return { kind: "wrong", cause: outcome, figures: { acc: false, ...figures } };
  }
}

/** A written answer's scores by metric; a text stands for the reason why there is none. */
export function written(
  scores: Readonly<Record<string, number | string>>,
  flaw: "none" | "empty" | "truncated" = "none",
): ItemResult {
  const all = Object.entries(scores).map(
    ([metric, score]) => [metric, typeof score === "number" ? scored(score) : unscored(score)] as const,
  );
  return { kind: "generated", flaw, scores: Object.fromEntries(all) };
}

export const ERRORED: ItemResult = { kind: "missing", cause: "errored", error: "timeout" };

/** 16 hex digits of any text, as hashes of prompts and answers are. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

/** The row of one item; every item is asked the same on every variant, and answered otherwise by its result. */
export function rowOf(task: string, index: number, result: ItemResult, entries: Partial<ScoreRow> = {}): ScoreRow {
  return {
    type: "score",
    variant: "one/FP16@fake",
    task,
    index,
    item: `${task}-${index}`,
    promptHash: hashOf(`${task} ${index}`),
    result,
    ...(result.kind === "missing"
      ? {}
      : { answerHash: hashOf(JSON.stringify(result)), tokens: { prompt: 10, completion: 2 }, timings: { wallMs: 1 } }),
    ...entries,
  };
}

/** Columns of one task on one variant; `undefined` is an item without a row. */
export function scoresOf(
  task: ResolvedTask,
  results: readonly (ItemResult | undefined)[],
  {
    items = new TaskItems(),
    entries = () => ({}),
  }: { items?: TaskItems; entries?: (index: number) => Partial<ScoreRow> } = {},
): TaskScores {
  const scores = new TaskScores({ ...task, items: results.length }, items);
  for (const [index, result] of results.entries())
    if (result !== undefined) scores.add(rowOf(task.name, index, result, entries(index)));
  return scores;
}

export function opened(variant: string, at: string, loadMs = 5): OpenedRecord {
  return { type: "opened", variant, identity: identityOf(variant), loadMs, at };
}

/** A run of which nothing but the score lines is there. */
export function runOf(lines: readonly (ScoreLine | string)[]): Run {
  const run: Pick<Run, "id" | "location" | "lines"> = {
    id: "example",
    location: "/nowhere/example",
    async *lines(stream, from) {
      if (stream !== "scores" || from !== START) throw new Error(`${stream} from ${from} is not there`);
      for (const [index, line] of lines.entries())
        yield { text: typeof line === "string" ? line : JSON.stringify(line), next: index + 1 };
    },
  };
  return run as Run;
}

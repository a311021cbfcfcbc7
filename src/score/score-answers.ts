import { createHash } from "node:crypto";
import type { ItemSource } from "../dataset/item-source.ts";
import type { BackendAnswer } from "../domain/answer.ts";
import type { GenerationItem, Item } from "../domain/item.ts";
import type { AnswerRecord } from "../domain/record.ts";
import { type Score, unscored } from "../domain/score.ts";
import type { ItemResult, ScoreRow } from "../domain/score-row.ts";
import type { GenerationTask, ResolvedTask } from "../spec/resolved.ts";
import { endOfTurn } from "../task/answer-part.ts";
import { grade } from "../task/grade.ts";
import { postFilter } from "../task/post-filter.ts";
import type { ScoreInput, Scorer } from "./scorer.ts";

/** The scorers of one task, and the metrics that were planned but have none, with the reason. */
export interface TaskScorers {
  readonly scorers: readonly Scorer[];
  readonly unavailable: Readonly<Record<string, string>>;
}

/** Grades and scores answers of one task: one row per record, in the order of the records. */
export async function scoreAnswers(
  task: ResolvedTask,
  records: readonly AnswerRecord[],
  source: ItemSource,
  scorers: TaskScorers,
  signal: AbortSignal,
): Promise<readonly ScoreRow[]> {
  const items: Item[] = [];
  for (const record of records) items.push(await source.item(record.index));
  const scores = task.type === "generation" ? await scoreTexts(task, records, items, scorers, signal) : [];
  return records.map((record, position) => {
    const item = items[position];
    if (item === undefined) throw new RangeError(`record ${position} has no item`);
    return rowOf(task, record, item, scores[position] ?? {});
  });
}

async function scoreTexts(
  task: GenerationTask,
  records: readonly AnswerRecord[],
  items: readonly Item[],
  { scorers, unavailable }: TaskScorers,
  signal: AbortSignal,
): Promise<Record<string, Score>[]> {
  const positions: number[] = [];
  const inputs: ScoreInput[] = [];
  for (const [position, record] of records.entries()) {
    const item = items[position];
    if (record.outcome.kind !== "answered" || record.outcome.answer.kind !== "text" || item?.type !== "generation")
      continue;
    positions.push(position);
    inputs.push(inputOf(task, record.outcome.answer.text, item));
  }
  const missing = Object.fromEntries(Object.entries(unavailable).map(([metric, reason]) => [metric, unscored(reason)]));
  const all: Record<string, Score>[] = records.map(() => ({ ...missing }));
  for (const scorer of scorers) {
    const scores = await scorer.score(inputs, signal);
    if (scores.length !== inputs.length)
      throw new Error(`scorer ${scorer.metric} gave ${scores.length} scores for ${inputs.length} answers`);
    for (const [index, score] of scores.entries()) {
      const target = all[positions[index] ?? -1];
      if (target !== undefined) target[scorer.metric] = score;
    }
  }
  return all;
}

function inputOf(task: GenerationTask, text: string, item: GenerationItem): ScoreInput {
  return {
    candidate: postFilter(endOfTurn(text).text, task.postFilters),
    references: item.references,
    instruction: item.instruction,
  };
}

function rowOf(
  task: ResolvedTask,
  record: AnswerRecord,
  item: Item,
  scores: Readonly<Record<string, Score>>,
): ScoreRow {
  const { variant, task: name, index, item: id, promptHash, pass, retried, outcome } = record;
  // Spread last: a literal that goes on after a spread is a hundred times slower in V8.
  const rare = {
    ...(pass === undefined ? undefined : { pass }),
    ...(retried === undefined ? undefined : { retried }),
    ...(item.subject === undefined ? undefined : { subject: item.subject }),
    ...(item.group === undefined ? undefined : { group: item.group }),
  };
  if (outcome.kind === "errored") {
    const result = { kind: "missing", cause: "errored", error: outcome.error.kind } as const;
    return { type: "score", variant, task: name, index, item: id, promptHash, result, ...rare };
  }
  const result = resultOf(task, outcome.answer, item, scores);
  return {
    type: "score",
    variant,
    task: name,
    index,
    item: id,
    promptHash,
    result,
    answerHash: hashAnswer(outcome.answer, result),
    tokens: outcome.answer.tokens,
    timings: outcome.answer.timings,
    at: record.at,
    ...rare,
  };
}

function resultOf(
  task: ResolvedTask,
  answer: BackendAnswer,
  item: Item,
  scores: Readonly<Record<string, Score>>,
): ItemResult {
  if (item.type === "multiple-choice" && task.type === "multiple-choice") {
    return { kind: "graded", grade: grade(item, answer, task.primary), choices: item.choices.length };
  }
  if (answer.kind !== "text") return { kind: "missing", cause: "errored", error: "answer-of-wrong-kind" };
  const part = endOfTurn(answer.text);
  const flaw = answer.finish === "length" && !part.ended ? "truncated" : part.text.trim() === "" ? "empty" : "none";
  return { kind: "generated", flaw, scores };
}

/** Of a text its characters, of log-probabilities the choice they make: equal hashes are the same answer to a reader. */
function hashAnswer(answer: BackendAnswer, result: ItemResult): string {
  const chosen = result.kind === "graded" && result.grade.kind !== "missing" ? (result.grade.chosen ?? "") : "";
  return createHash("sha256")
    .update(answer.kind === "text" ? answer.text : chosen)
    .digest("hex")
    .slice(0, 16);
}

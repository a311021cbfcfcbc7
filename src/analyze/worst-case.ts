import type { PairedTask } from "./compare.ts";
import { groupOf, ownGroup } from "./group-of.ts";
import { type PairedMark, pairMarks } from "./paired-accuracy.ts";
import type { PairedValue } from "./paired-mean.ts";
import type { TaskScores } from "./task-scores.ts";

/**
 * What is assumed of items that the infrastructure kept from us. `left-out`: they say nothing; `against`: the variant got
 * them wrong (0) and its baseline right (1); `in-favour`: the reverse. A verdict that depends on it is inconclusive.
 */
export type MissingItems = "left-out" | "against" | "in-favour";

/** An item's score, `undefined` where there is none. */
export type ScoreReader = (scores: TaskScores, index: number) => number | undefined;

/** What an item of one variant came to, in [0, 1]; right is 1. */
export interface OwnValue {
  readonly value: number;
  readonly group: string | undefined;
}

/** Pairs of marks of a multiple-choice task, of one subject when asked; without an assumption those with a mark on both sides. */
export function marksAssuming(pair: PairedTask, missing: MissingItems, subject?: string): readonly PairedMark[] {
  const marks = pairMarks(pair.baseline, pair.candidate, pair.alignment).flatMap((mark, position) => {
    if (hasRow(pair, position)) return subject === undefined || mark.subject === subject ? [mark] : [];
    // An item without a row on both sides has no known group, and its subject may be any: what other variants tell doesn't count.
    return [{ ...mark, group: undefined, subject: undefined }];
  });
  if (missing === "left-out")
    return marks.filter((mark) => mark.baseline !== "missing" && mark.candidate !== "missing");
  const [baseline, candidate] = missing === "against" ? (["right", "wrong"] as const) : (["wrong", "right"] as const);
  return marks.map((mark) => ({
    ...mark,
    baseline: mark.baseline === "missing" ? baseline : mark.baseline,
    candidate: mark.candidate === "missing" ? candidate : mark.candidate,
  }));
}

/**
 * Pairs of scores of a generation task; without an assumption those scored on both sides. An item that both sides answered and that the
 * metric says nothing of on either is always left out; scored on one side only, it counts as missing on the other.
 */
export function valuesAssuming(pair: PairedTask, read: ScoreReader, missing: MissingItems): readonly PairedValue[] {
  const [baseline, candidate] = missing === "against" ? [1, 0] : [0, 1];
  return pair.alignment.pairs.flatMap(([left, right], position) => {
    const value = {
      item: pair.baseline.items.ids[left] ?? String(left),
      baseline: read(pair.baseline, left),
      candidate: read(pair.candidate, right),
      group: hasRow(pair, position) ? groupOf(pair.baseline, pair.candidate, left, right) : undefined,
    };
    const scored = [value.baseline, value.candidate].filter((side) => side !== undefined).length;
    if (scored === 2) return [value];
    const unscorable = scored === 0 && isAnswered(pair.baseline, left) && isAnswered(pair.candidate, right);
    if (missing === "left-out" || unscorable) return [];
    return [{ ...value, baseline: value.baseline ?? baseline, candidate: value.candidate ?? candidate }];
  });
}

/** A variant's own marks at a multiple-choice task, of one subject when asked. */
export function ownMarksAssuming(scores: TaskScores, missing: MissingItems, subject?: string): readonly OwnValue[] {
  const marks: OwnValue[] = [];
  for (let index = 0; index < scores.task.items; index += 1) {
    const known = scores.outcome(index) !== "absent";
    if (known && subject !== undefined && scores.items.subjects[index] !== subject) continue;
    const mark = scores.mark(index);
    if (mark === "missing" && missing === "left-out") continue;
    const right = mark === "right" || (mark === "missing" && missing === "in-favour");
    marks.push({ value: Number(right), group: known ? ownGroup(scores, index) : undefined });
  }
  return marks;
}

/**
 * A variant's own scores at a generation task. An answer that the metric says nothing of counts as missing where its baseline's answer
 * (`pair`) has a score, as one of too few words does; else it is left out, as one to an item without a reference.
 */
export function ownValuesAssuming(
  scores: TaskScores,
  read: ScoreReader,
  missing: MissingItems,
  pair?: PairedTask,
): readonly OwnValue[] {
  const scorable = new Set(
    pair?.alignment.pairs.flatMap(([left, right]) => (read(pair.baseline, left) === undefined ? [] : [right])),
  );
  const values: OwnValue[] = [];
  for (let index = 0; index < scores.task.items; index += 1) {
    const value = read(scores, index);
    const group = scores.outcome(index) === "absent" ? undefined : ownGroup(scores, index);
    if (value !== undefined) values.push({ value, group });
    else if (missing !== "left-out" && (scorable.has(index) || !isAnswered(scores, index)))
      values.push({ value: missing === "against" ? 0 : 1, group });
  }
  return values;
}

function isAnswered(scores: TaskScores, index: number): boolean {
  const outcome = scores.outcome(index);
  return outcome !== "absent" && outcome !== "errored" && outcome !== "letter-not-in-top-k";
}

function hasRow(pair: PairedTask, position: number): boolean {
  const [left, right] = pair.alignment.pairs[position] ?? [-1, -1];
  return pair.baseline.outcome(left) !== "absent" || pair.candidate.outcome(right) !== "absent";
}

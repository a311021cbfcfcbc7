import { RunError } from "../../domain/errors.ts";
import { type Pass, passOf } from "../../domain/pass.ts";
import type { AnswerRecord, JournalRecord, OpenedRecord } from "../../domain/record.ts";
import type { ScoreRow } from "../../domain/score-row.ts";
import type { Unit } from "../../plan/plan.ts";

/** What one unit came to: how its backend was opened, once for each time, and a line for each item that ended. */
export interface UnitLines<Line extends AnswerRecord | ScoreRow> {
  readonly openings: readonly OpenedRecord[];
  readonly lines: readonly Line[];
}

/** A unit's lines as the text of a part: a JSON line each, openings first, the items in the order of the task. */
export function unitText<Line extends AnswerRecord | ScoreRow>({ openings, lines }: UnitLines<Line>): string {
  const ordered = lines.toSorted((a, b) => a.index - b.index);
  return [...openings, ...ordered].map((line) => JSON.stringify(line)).join("\n");
}

/** The answers of a part's text. Throws `RunError` when a line is damaged or of another unit. */
export function parseAnswers(text: string, unit: Unit): UnitLines<AnswerRecord> {
  const lines = parse(text, unit) as JournalRecord[];
  return {
    openings: lines.filter((line) => line.type === "opened"),
    lines: lines.filter((line) => line.type === "answer").map((line) => ofUnit(line, unit)),
  };
}

/** The score rows of a part's text. Throws `RunError` when a line is damaged or of another unit. */
export function parseScores(text: string, unit: Unit): UnitLines<ScoreRow> {
  const lines = parse(text, unit) as (ScoreRow | OpenedRecord)[];
  return {
    openings: lines.filter((line) => line.type === "opened"),
    lines: lines.filter((line) => line.type === "score").map((line) => ofUnit(line, unit)),
  };
}

function parse(text: string, unit: Unit): unknown[] {
  try {
    return text === "" ? [] : text.split("\n").map((line): unknown => JSON.parse(line));
  } catch (cause) {
    throw new RunError(`${nameOf(unit)}: what was stored of it is damaged`, { cause, hint: "start a new run" });
  }
}

interface Placed {
  readonly variant: string;
  readonly task: string;
  readonly pass?: Pass;
  readonly index: number;
}

function ofUnit<Line extends Placed>(line: Line, unit: Unit): Line {
  const { variant, task, pass, from, to } = unit;
  const fits =
    line.variant === variant.id &&
    line.task === task.name &&
    passOf(line) === pass &&
    line.index >= from &&
    line.index < to;
  if (!fits)
    throw new RunError(`${nameOf(unit)}: what was stored of it is another unit's`, {
      hint: "do all workers run the version of quantgate that the run was begun with?",
    });
  return line;
}

function nameOf({ variant, task, from, to }: Unit): string {
  return `${variant.id}, ${task.name} ${from}–${to - 1}`;
}

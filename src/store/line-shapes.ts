import type { JournalRecord } from "../domain/record.ts";
import type { ScoreLine } from "../domain/score-row.ts";

/*
 * Whether a parsed line is what it should be: as far as the code that reads lines relies on it, and by hand, because a schema library would take
 * longer than everything else about reading a line.
 */

type Fields = Readonly<Record<string, unknown>>;

/** A line of the journal: how a backend was opened, or how an item ended. */
export function isJournalRecord(value: unknown): value is JournalRecord {
  if (!isFields(value)) return false;
  if (value.type === "opened") return isOpening(value);
  return value.type === "answer" && isPlaced(value) && isText(value.at) && isOutcome(value.outcome);
}

/** A line of scores: a row, or an opening copied from the journal. */
export function isScoreLine(value: unknown): value is ScoreLine {
  if (!isFields(value)) return false;
  if (value.type === "opened") return isOpening(value);
  return (
    value.type === "score" &&
    isPlaced(value) &&
    isResult(value.result) &&
    (value.answerHash === undefined || isHash(value.answerHash)) &&
    (value.tokens === undefined || isTokens(value.tokens)) &&
    (value.timings === undefined || isTimings(value.timings)) &&
    (value.subject === undefined || isText(value.subject)) &&
    (value.group === undefined || isText(value.group))
  );
}

function isOpening({ variant, identity, loadMs, at }: Fields): boolean {
  return (
    isText(variant) &&
    isNumber(loadMs) &&
    isText(at) &&
    isFields(identity) &&
    isText(identity.build) &&
    isFields(identity.settings) &&
    isFields(identity.metadata)
  );
}

const PASS = /^(?:main|repeat|sample-\d+)$/;

function isPlaced({ variant, task, pass, item, index, promptHash }: Fields): boolean {
  return (
    isText(variant) &&
    isText(task) &&
    isText(item) &&
    Number.isSafeInteger(index) &&
    (index as number) >= 0 &&
    isHash(promptHash) &&
    (pass === undefined || (isText(pass) && PASS.test(pass)))
  );
}

function isOutcome(value: unknown): boolean {
  if (!isFields(value)) return false;
  if (value.kind === "errored") return isFields(value.error) && isText(value.error.kind) && isText(value.error.message);
  return value.kind === "answered" && isAnswer(value.answer);
}

const FINISHES: readonly unknown[] = ["end", "stop", "length"];

function isAnswer(value: unknown): boolean {
  if (!isFields(value) || !isTokens(value.tokens) || !isTimings(value.timings)) return false;
  switch (value.kind) {
    case "text":
      return isText(value.text) && FINISHES.includes(value.finish);
    case "letters":
      return isList(value.logprobs, (each) => each === "not-shown" || isNumber(each));
    case "continuations":
      return isList(value.logprobs, isNumber);
    default:
      return false;
  }
}

const FLAWS: readonly unknown[] = ["none", "empty", "truncated"];
const WRONG: readonly unknown[] = ["incorrect", "unparsed", "empty", "truncated"];
const MISSING: readonly unknown[] = ["errored", "letter-not-in-top-k"];

function isResult(value: unknown): boolean {
  if (!isFields(value)) return false;
  switch (value.kind) {
    case "graded":
      return isNumber(value.choices) && isFields(value.grade) && isGrade(value.grade);
    case "generated":
      return FLAWS.includes(value.flaw) && isFields(value.scores) && Object.values(value.scores).every(isScore);
    case "missing":
      return value.cause === "errored" && isText(value.error);
    default:
      return false;
  }
}

function isGrade({ kind, cause, chosen, figures }: Fields): boolean {
  if (kind === "missing") return MISSING.includes(cause);
  const known = kind === "right" ? isText(chosen) : kind === "wrong" && WRONG.includes(cause);
  return known && isFields(figures);
}

function isScore(value: unknown): boolean {
  if (!isFields(value)) return false;
  if (value.kind === "unscored") return isText(value.reason);
  return (
    value.kind === "scored" &&
    isNumber(value.value) &&
    value.value >= 0 &&
    value.value <= 1 &&
    (value.statistics === undefined || isList(value.statistics, isNumber))
  );
}

function isTokens(value: unknown): boolean {
  return isFields(value) && isNumber(value.prompt) && isNumber(value.completion);
}

function isTimings(value: unknown): boolean {
  return isFields(value) && isNumber(value.wallMs);
}

const HEX = /^[0-9a-f]{1,64}$/;

function isHash(value: unknown): boolean {
  return isText(value) && HEX.test(value);
}

function isList(value: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isEntry);
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number";
}

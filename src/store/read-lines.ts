import type { JournalRecord } from "../domain/record.ts";
import type { ScoreLine } from "../domain/score-row.ts";
import { isJournalRecord, isScoreLine } from "./line-shapes.ts";
import type { Position, Run, StreamName } from "./run-store.ts";

/** What the lines of each stream hold. */
interface LineOf {
  readonly records: JournalRecord;
  readonly scores: ScoreLine;
}

/** A whole line of a stream, with the text it was read from. */
export interface ReadLine<S extends StreamName> {
  readonly line: LineOf[S];
  readonly text: string;
  /** Where the next line starts. */
  readonly next: Position;
}

/** A line that can't be read, as after a failing disk: it costs the item it was about, and nothing else. */
export interface DamagedLine {
  readonly stream: StreamName;
  /** From 1, counted from where reading began. */
  readonly number: number;
}

export type OnDamage = (damaged: DamagedLine) => void;

export interface ReadOptions {
  readonly onDamage: OnDamage;
  /** Lines that needn't be parsed to see that they aren't wanted; absent: none. */
  readonly skip?: (text: string) => boolean;
  readonly signal: AbortSignal;
}

const SHAPES: { readonly [S in StreamName]: (value: unknown) => value is LineOf[S] } = {
  records: isJournalRecord,
  scores: isScoreLine,
};

/**
 * The lines of a stream from a position on, parsed. The one way to read them: a line that is no JSON, or not what the stream's lines are, is told
 * to `onDamage` and passed over.
 */
export async function* readLines<S extends StreamName>(
  run: Pick<Run, "lines">,
  stream: S,
  from: Position,
  { onDamage, skip, signal }: ReadOptions,
): AsyncGenerator<ReadLine<S>> {
  const isLine = SHAPES[stream] as (value: unknown) => value is LineOf[S];
  let number = 0;
  for await (const { text, next } of run.lines(stream, from, signal)) {
    number += 1;
    if (skip?.(text) === true) continue;
    const value = parse(text);
    if (isLine(value)) yield { line: value, text, next };
    else onDamage({ stream, number });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

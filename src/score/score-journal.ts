import type { ItemSource } from "../dataset/item-source.ts";
import type { AnswerRecord } from "../domain/record.ts";
import type { ProgressIndex } from "../plan/progress-index.ts";
import type { ResolvedSpec } from "../spec/resolved.ts";
import { type OnDamage, readLines } from "../store/read-lines.ts";
import type { Position, Run } from "../store/run-store.ts";
import { scoreAnswers, type TaskScorers } from "./score-answers.ts";

/** Records scored at a time: enough for a neural scorer to fill its batches, little enough to hold in memory. */
const BATCH = 128;

export interface ScoreJournalOptions {
  readonly spec: ResolvedSpec;
  readonly sources: ReadonlyMap<string, ItemSource>;
  readonly scorers: ReadonlyMap<string, TaskScorers>;
  /** Items that have a row; each further record of one is passed over. */
  readonly scored: ProgressIndex;
  /** Told of lines of the journal that can't be read; they get no row. */
  readonly onDamage?: OnDamage;
  /** Where rows go; absent: into the run's scores. */
  readonly append?: (line: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Reads the journal from a position on and appends a row for every record that has none yet. Returns the position to go on from. Memory
 * doesn't grow with the journal.
 */
export async function scoreJournal(run: Run, from: Position, options: ScoreJournalOptions): Promise<Position> {
  const tasks = new Map(options.spec.tasks.map((task) => [task.name, task]));
  const waiting = new Map<string, AnswerRecord[]>();
  let position = from;
  const append = options.append ?? ((text: string) => run.append("scores", text));

  const flush = async (name: string): Promise<void> => {
    const records = waiting.get(name) ?? [];
    if (records.length === 0) return;
    waiting.set(name, []);
    const task = tasks.get(name);
    const source = options.sources.get(name);
    if (task === undefined || source === undefined) throw new Error(`no items were opened for task ${name}`);
    const scorers = options.scorers.get(name) ?? { scorers: [], unavailable: {} };
    for (const row of await scoreAnswers(task, records, source, scorers, options.signal)) {
      await append(JSON.stringify(row));
    }
  };

  const { onDamage = () => {}, signal } = options;
  for await (const { line: record, text, next } of readLines(run, "records", from, { onDamage, signal })) {
    position = next;
    if (record.type === "opened") {
      await append(text);
      continue;
    }
    if (!options.scored.add(record, record.outcome.kind)) continue;
    const records = waiting.get(record.task) ?? [];
    records.push(record);
    waiting.set(record.task, records);
    if (records.length >= BATCH) await flush(record.task);
  }
  for (const name of waiting.keys()) await flush(name);
  return position;
}

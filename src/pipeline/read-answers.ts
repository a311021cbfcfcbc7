import type { BackendAnswer } from "../domain/answer.ts";
import { passOf } from "../domain/pass.ts";
import { readLines } from "../store/read-lines.ts";
import { type Run, START } from "../store/run-store.ts";

/** An answer's position in its line; quotes within texts are escaped, so none of them looks like it. */
const POSITION = /"index":(\d+)[,}]/;

/** Answers of a run's main pass by their `keyOf`, read from its journal in one pass; those that aren't there are left out. */
export async function readAnswers(
  run: Run,
  keys: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, BackendAnswer>> {
  const answers = new Map<string, BackendAnswer>();
  const positions = new Set([...keys].map((key) => key.slice(key.lastIndexOf("\n") + 1)));
  // Most records are of other items; they needn't be parsed to see that.
  const skip = (text: string): boolean => {
    const position = POSITION.exec(text)?.[1];
    return position !== undefined && !positions.has(position);
  };
  // An answer that can't be read is shown nowhere; what it costs the scores is told with them.
  for await (const { line: record } of readLines(run, "records", START, { onDamage: () => {}, skip, signal })) {
    if (answers.size === keys.size) break;
    if (record.type !== "answer" || passOf(record) !== "main" || record.outcome.kind !== "answered") continue;
    const key = keyOf(record.variant, record.task, record.index);
    if (keys.has(key) && !answers.has(key)) answers.set(key, record.outcome.answer);
  }
  return answers;
}

/** Names one answer: variant id, task name, position of the item. */
export function keyOf(variant: string, task: string, index: number): string {
  return `${variant}\n${task}\n${index}`;
}

import type { TaskScores } from "./task-scores.ts";

/** The items two variants were both asked in the same words, by position; items of the baseline without a counterpart are counted. */
export interface Alignment {
  readonly pairs: readonly (readonly [baseline: number, candidate: number])[];
  /** Items whose id is on one side only. */
  readonly unmatched: number;
  /** Items with the same id whose rendered prompt differs. */
  readonly differentPrompt: number;
}

/**
 * Pairs items by id and hash of the task-rendered prompt. Items that never got a prompt hash on one side (they have no row) pair with
 * whatever the other side asked: they count as missing there, not as unmatched.
 */
export function alignItems(baseline: TaskScores, candidate: TaskScores): Alignment {
  const sameItems = baseline.items === candidate.items;
  const positions = sameItems ? undefined : new Map(candidate.items.ids.map((id, index) => [id, index]));
  const pairs: (readonly [number, number])[] = [];
  const imported = baseline.task.imported !== undefined && candidate.task.imported !== undefined;
  let unmatched = 0;
  let differentPrompt = 0;
  for (let index = 0; index < baseline.task.items; index += 1) {
    const id = baseline.items.ids[index];
    const other = positions === undefined ? index : id === undefined ? undefined : positions.get(id);
    if (other === undefined || other >= candidate.task.items) {
      unmatched += 1;
      continue;
    }
    const [left, right] = [baseline.promptHash(index), candidate.promptHash(other)];
    // What another tool wrote is all there is: an item of one side has no counterpart, it isn't missing.
    if (imported && (left === 0n || right === 0n)) {
      unmatched += 1;
      continue;
    }
    if (left !== right && left !== 0n && right !== 0n) differentPrompt += 1;
    else pairs.push([index, other]);
  }
  if (!sameItems) unmatched += Math.max(0, candidate.task.items - pairs.length - differentPrompt);
  return { pairs, unmatched, differentPrompt };
}

import type { Scoring } from "../domain/scoring.ts";
import type { TaskScorers } from "./score-answers.ts";

/** What each task's metrics are computed by, by task and metric. */
export function signaturesOf(byTask: ReadonlyMap<string, TaskScorers>): Scoring["signatures"] {
  return Object.fromEntries(
    [...byTask].map(([task, { scorers }]) => [
      task,
      Object.fromEntries(scorers.map(({ metric, signature }) => [metric, signature])),
    ]),
  );
}

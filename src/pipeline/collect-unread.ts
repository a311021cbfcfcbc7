import type { RunScores } from "../analyze/load-scores.ts";
import type { TaskScores } from "../analyze/task-scores.ts";
import type { UnreadTask } from "../report/report-data.ts";
import type { RunManifest } from "../store/manifest.ts";
import type { Run } from "../store/run-store.ts";
import { keyOf, readAnswers } from "./read-answers.ts";

/** Answers that are shown of a task. */
const SHOWN = 2;

/**
 * Multiple-choice tasks of which no answer of a variant was read as a choice, with the first of them: a model that answers in words nobody expected looks
 * like one that knows nothing.
 */
export async function collectUnread(
  run: Run,
  { scores, manifest }: { readonly scores: RunScores; readonly manifest: RunManifest },
  signal: AbortSignal,
): Promise<readonly UnreadTask[]> {
  const found = manifest.spec.models.flatMap((model) =>
    model.variants.flatMap(({ id }) =>
      [...(scores.tasks.get(id) ?? [])].flatMap(([task, graded]) => {
        const indexes = unread(graded);
        // What an imported run keeps of an answer is its mark.
        return indexes.length === 0 || graded.task.imported !== undefined
          ? []
          : [{ model: model.name, variant: id, task, answers: indexes.length, first: indexes.slice(0, SHOWN) }];
      }),
    ),
  );
  if (found.length === 0) return [];
  const keys = new Set(found.flatMap(({ variant, task, first }) => first.map((index) => keyOf(variant, task, index))));
  const answers = await readAnswers(run, keys, signal);
  return found.map(({ first, ...head }) => ({
    ...head,
    shown: first.flatMap((index) => {
      const answer = answers.get(keyOf(head.variant, head.task, index));
      return answer?.kind === "text" ? [answer.text] : [];
    }),
  }));
}

/** Positions of the graded items where none of them was read; else none. */
function unread(scores: TaskScores): readonly number[] {
  if (scores.task.type !== "multiple-choice" || scores.count("right") + scores.count("incorrect") > 0) return [];
  const graded = Array.from({ length: scores.task.items }, (_, index) => index).filter(
    (index) => scores.mark(index) !== "missing",
  );
  // An empty answer shows less than any other.
  return graded.sort((a, b) => Number(scores.outcome(a) === "empty") - Number(scores.outcome(b) === "empty"));
}

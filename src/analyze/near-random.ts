import { wilsonInterval } from "../stats/wilson.ts";
import type { VariantSummary } from "./summary.ts";
import type { TaskScores } from "./task-scores.ts";

/**
 * Whether so many right answers can't be told from guessing, below chance included: the lower end of Wilson's 95 % interval is not above
 * `chance`, the mean of 1/choices over the items. Throws RangeError when `trials` is 0.
 */
export function isNearRandom(options: {
  readonly correct: number;
  readonly trials: number;
  readonly chance: number;
}): boolean {
  const { lower } = wilsonInterval({ successes: options.correct, trials: options.trials, confidence: 0.95 });
  return lower <= options.chance;
}

/** The multiple-choice tasks at which a variant can't be told from guessing. Tasks without a mark aren't among them. */
export function nearRandomTasks(variant: VariantSummary): readonly string[] {
  return variant.tasks.flatMap((task) =>
    task.type === "multiple-choice" &&
    task.accuracy.kind === "scored" &&
    isNearRandom({ ...task.accuracy, chance: task.chance })
      ? [task.task]
      : [],
  );
}

/** Accuracy of guessing over the items of some multiple-choice tasks that were answered: the mean of 1/choices; 0 without any. */
export function guessingOf(tasks: readonly TaskScores[]): number {
  let [sum, count] = [0, 0];
  for (const scores of tasks) {
    for (let index = 0; index < scores.task.items; index += 1) {
      const chance = scores.mark(index) === "missing" ? undefined : scores.items.chances[index];
      if (chance === undefined) continue;
      sum += chance;
      count += 1;
    }
  }
  return count === 0 ? 0 : sum / count;
}

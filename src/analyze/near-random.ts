import { wilsonInterval } from "../stats/wilson.ts";
import type { VariantSummary } from "./summary.ts";

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

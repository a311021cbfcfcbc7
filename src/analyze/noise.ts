import { alignItems } from "./align.ts";
import type { VariantScores } from "./compare.ts";

/** The baseline against itself (A/A): how much answers change when nothing does. */
export interface Noise {
  /** Items answered twice. */
  readonly compared: number;
  /** Of them, answers that changed. */
  readonly changedAnswers: number;
  /** Multiple-choice items that were graded twice, and those whose grade changed. */
  readonly graded: number;
  readonly flips: number;
  /** No answer changed. Says something only about as many answers as were compared. */
  readonly deterministic: boolean;
}

/** Compares the main answers of the baseline with its repeated ones. */
export function measureNoise(main: VariantScores, repeated: VariantScores): Noise {
  let [compared, changedAnswers, graded, flips] = [0, 0, 0, 0];
  for (const [task, again] of repeated) {
    const once = main.get(task);
    if (once === undefined) continue;
    for (const [index, other] of alignItems(once, again).pairs) {
      const [before, after] = [once.answerHash(index), again.answerHash(other)];
      if (before === 0n || after === 0n) continue;
      compared += 1;
      if (before !== after) changedAnswers += 1;
      const [was, is] = [once.mark(index), again.mark(other)];
      if (was === "missing" || is === "missing") continue;
      graded += 1;
      if (was !== is) flips += 1;
    }
  }
  return { compared, changedAnswers, graded, flips, deterministic: compared > 0 && changedAnswers === 0 };
}

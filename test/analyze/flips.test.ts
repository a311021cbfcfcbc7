import { describe, expect, it } from "vitest";
import { pairTasks } from "../../src/analyze/compare.ts";
import { findFlips } from "../../src/analyze/flips.ts";
import { TaskItems } from "../../src/analyze/task-scores.ts";
import type { ItemResult } from "../../src/domain/score-row.ts";
import type { ResolvedTask } from "../../src/spec/resolved.ts";
import { quizTask, writingTask } from "../task/example-task.ts";
import { ERRORED, graded, scoresOf, written } from "./example-rows.ts";

function flips(task: ResolvedTask, before: readonly ItemResult[], after: readonly ItemResult[]) {
  const items = new TaskItems();
  const side = (results: readonly ItemResult[]) => new Map([[task.name, scoresOf(task, results, { items })]]);
  return findFlips(pairTasks(side(before), side(after)));
}

const [right, wrong] = [graded("right"), graded("incorrect")];

describe("flipped items", () => {
  it("are those whose mark changed, lost ones first", () => {
    expect(flips(quizTask(), [wrong, right, right, right, wrong], [right, right, wrong, ERRORED, wrong])).toEqual([
      { task: "quiz", item: "quiz-2", baselineIndex: 2, candidateIndex: 2, kind: "lost", loss: 1 },
      { task: "quiz", item: "quiz-0", baselineIndex: 0, candidateIndex: 0, kind: "gained", loss: -1 },
    ]);
  });

  it("of written answers are those that score less by the key metrics, worst first", () => {
    const at = (rouge_l: number, coherence: number, output_length = 1) =>
      written({ rouge_l, coherence, output_length });
    const found = flips(
      writingTask(),
      [at(1, 1), at(1, 1), at(0.5, 0.5), at(1, 1), at(1, 1)],
      [at(0.5, 1), at(0, 0.5), at(0.5, 0.5, 0), at(1, 1), ERRORED],
    );
    expect(found.map(({ item, kind, loss }) => [item, kind, loss])).toEqual([
      ["writing-1", "worse", 0.75],
      ["writing-0", "worse", 0.25],
    ]);
  });

  it("without key metrics go by the mean of the scores there are", () => {
    const found = flips(
      writingTask({ kind: "classification" }),
      [written({ exact_match: 1, output_length: 1 })],
      [written({ exact_match: 0, output_length: 0.5 })],
    );
    expect(found).toMatchObject([{ kind: "worse", loss: 0.75 }]);
  });
});

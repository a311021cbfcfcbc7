import { describe, expect, it } from "vitest";
import { measureNoise } from "../../src/analyze/noise.ts";
import { TaskItems, type TaskScores } from "../../src/analyze/task-scores.ts";
import type { ItemResult } from "../../src/domain/score-row.ts";
import { quizTask, writingTask } from "../task/example-task.ts";
import { ERRORED, graded, scoresOf, written } from "./example-rows.ts";

type Results = readonly (ItemResult | undefined)[];

function measure(quiz: readonly [Results, Results], writing: readonly [Results, Results] = [[], []]) {
  const [quizItems, writingItems] = [new TaskItems(), new TaskItems()];
  const side = (index: 0 | 1): ReadonlyMap<string, TaskScores> =>
    new Map([
      ["quiz", scoresOf(quizTask(), quiz[index], { items: quizItems })],
      ["writing", scoresOf(writingTask(), writing[index], { items: writingItems })],
    ]);
  return measureNoise(side(0), side(1));
}

const [right, wrong] = [graded("right"), graded("incorrect")];

describe("the noise of a backend", () => {
  it("is what changed when nothing changed, by hand", () => {
    const noise = measure(
      [
        [right, right, wrong, wrong, right, right],
        [right, wrong, right, wrong, ERRORED, undefined],
      ],
      [
        [written({ bleu: 1 }), written({ bleu: 0.5 })],
        [written({ bleu: 1 }), written({ bleu: 0.6 })],
      ],
    );
    expect(noise).toEqual({ compared: 6, changedAnswers: 3, graded: 4, flips: 2, deterministic: false });
  });

  it("is none when every answer came again", () => {
    expect(
      measure([
        [right, wrong],
        [right, wrong],
      ]),
    ).toEqual({
      compared: 2,
      changedAnswers: 0,
      graded: 2,
      flips: 0,
      deterministic: true,
    });
  });

  it("is not said to be none when nothing was compared", () => {
    expect(measure([[right], [undefined]])).toMatchObject({ compared: 0, deterministic: false });
  });
});

import { describe, expect, it } from "vitest";
import { alignItems } from "../../src/analyze/align.ts";
import { TaskItems } from "../../src/analyze/task-scores.ts";
import { quizTask } from "../task/example-task.ts";
import { graded, hashOf, scoresOf } from "./example-rows.ts";

const quiz = quizTask();
const right = graded("right");

describe("the items of two variants", () => {
  it("of one run are paired by position, those without a row too", () => {
    const items = new TaskItems();
    const baseline = scoresOf(quiz, [right, undefined, right, undefined], { items });
    const candidate = scoresOf(quiz, [right, right, undefined, undefined], { items });
    expect(alignItems(baseline, candidate)).toEqual({
      pairs: [
        [0, 0],
        [1, 1],
        [2, 2],
        [3, 3],
      ],
      unmatched: 0,
      differentPrompt: 0,
    });
  });

  it("of one run that were asked otherwise are no pairs", () => {
    const items = new TaskItems();
    const baseline = scoresOf(quiz, [right, right, right], { items });
    const candidate = scoresOf(quiz, [right, right, right], {
      items,
      entries: (index) => (index === 1 ? { promptHash: hashOf("another prompt") } : {}),
    });
    expect(alignItems(baseline, candidate)).toEqual({
      pairs: [
        [0, 0],
        [2, 2],
      ],
      unmatched: 0,
      differentPrompt: 1,
    });
  });

  it("of two runs are paired by id, whatever their order; the rest of both sides is counted", () => {
    const idsOf = (ids: readonly string[]) => ({
      entries: (index: number) => ({ item: ids[index] ?? "", promptHash: hashOf(ids[index] ?? "") }),
    });
    const baseline = scoresOf(quiz, [right, right, right], idsOf(["a", "b", "c"]));
    const candidate = scoresOf(quiz, [right, right, right, right], idsOf(["c", "x", "a", "y"]));
    expect(alignItems(baseline, candidate)).toEqual({
      pairs: [
        [0, 2],
        [2, 0],
      ],
      unmatched: 3,
      differentPrompt: 0,
    });
  });

  it("of two runs with the same id and another prompt are counted, not paired", () => {
    const entries = (run: string) => ({ entries: (index: number) => ({ promptHash: hashOf(`${run} ${index % 2}`) }) });
    const baseline = scoresOf(quiz, [right, right], entries("one"));
    const candidate = scoresOf(quiz, [right, right], entries("two"));
    expect(alignItems(baseline, candidate)).toEqual({ pairs: [], unmatched: 0, differentPrompt: 2 });
  });

  it("of a run and a smaller one: what the smaller lacks is unmatched", () => {
    const baseline = scoresOf(quiz, [right, right, right, right]);
    const candidate = scoresOf(quiz, [right, right]);
    expect(alignItems(baseline, candidate)).toMatchObject({
      pairs: [
        [0, 0],
        [1, 1],
      ],
      unmatched: 2,
    });
    expect(alignItems(candidate, baseline)).toMatchObject({
      pairs: [
        [0, 0],
        [1, 1],
      ],
      unmatched: 2,
    });
  });
});

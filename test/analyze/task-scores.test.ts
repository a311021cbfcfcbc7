import { describe, expect, it } from "vitest";
import { TaskItems, TaskScores } from "../../src/analyze/task-scores.ts";
import { scored } from "../../src/domain/score.ts";
import { quizTask, writingTask } from "../task/example-task.ts";
import { ERRORED, graded, hashOf, rowOf, scoresOf, written } from "./example-rows.ts";

const quiz = quizTask();

describe("the scores of a multiple-choice task", () => {
  const scores = scoresOf(quiz, [
    graded("right"),
    graded("incorrect"),
    graded("unparsed"),
    graded("empty"),
    graded("truncated"),
    ERRORED,
    graded("letter-not-in-top-k"),
    undefined,
  ]);

  it("mark as wrong what the model caused and as missing what the infrastructure caused", () => {
    const marks = Array.from({ length: 8 }, (_, index) => scores.mark(index));
    expect(marks).toEqual(["right", "wrong", "wrong", "wrong", "wrong", "missing", "missing", "missing"]);
  });

  it("count every cause apart", () => {
    const outcomes = [
      "right",
      "incorrect",
      "unparsed",
      "empty",
      "truncated",
      "errored",
      "letter-not-in-top-k",
      "absent",
    ];
    expect(Array.from({ length: 8 }, (_, index) => scores.outcome(index))).toEqual(outcomes);
    for (const outcome of ["right", "truncated", "errored", "absent"] as const) expect(scores.count(outcome)).toBe(1);
    expect(scores.count("generated")).toBe(0);
  });

  it("sum up the tokens of what was answered", () => {
    expect(scores.tokens()).toEqual({ prompt: 60, completion: 12 });
  });

  it("know nothing of an item that isn't in the task", () => {
    expect(scores.outcome(8)).toBe("absent");
    expect(scores.mark(-1)).toBe("missing");
    expect(scores.figureRight("acc", 99)).toBe(false);
  });

  it("keep every figure apart from the primary one", () => {
    const both = scoresOf(quizTask({ primary: "acc_norm" }), [
      { kind: "graded", choices: 4, grade: { kind: "right", chosen: "A", figures: { acc: false, acc_norm: true } } },
    ]);
    expect([both.mark(0), both.figureRight("acc", 0), both.figureRight("acc_norm", 0)]).toEqual(["right", false, true]);
  });
});

describe("the scores of a generation task", () => {
  const scores = scoresOf(writingTask(), [
    written({ bleu: 0.5, rouge_l: 0 }),
    written({ bleu: "no reference", rouge_l: 1 }, "truncated"),
    written({ bleu: "no letters", rouge_l: "no reference" }, "empty"),
    written({ bleu: "no reference" }),
    ERRORED,
  ]);

  it("give a value only where there is one, and 0 is one", () => {
    expect(Array.from({ length: 5 }, (_, index) => scores.value("rouge_l", index))).toEqual([
      0,
      1,
      undefined,
      undefined,
      undefined,
    ]);
    expect(scores.value("bertscore", 0)).toBeUndefined();
  });

  it("tell why there is none, and how often, in one order", () => {
    expect(Object.entries(scores.unscored("bleu"))).toEqual([
      ["no letters", 1],
      ["no reference", 2],
    ]);
    expect(scores.unscored("bertscore")).toEqual({});
  });

  it("count flawed answers apart, and name the metrics", () => {
    expect([scores.count("generated"), scores.count("generated-truncated"), scores.count("generated-empty")]).toEqual([
      2, 1, 1,
    ]);
    expect([...scores.metrics()].sort()).toEqual(["bleu", "rouge_l"]);
  });

  it("sum up the statistics that a corpus figure is made of", () => {
    const result = (statistics: readonly number[]) =>
      ({ kind: "generated", flaw: "none", scores: { bleu: scored(0.5, statistics) } }) as const;
    const summed = scoresOf(writingTask(), [result([1, 2, 3]), result([10, 20, 30]), written({ bleu: 0.1 })]);
    expect(summed.statistics("bleu")).toEqual([11, 22, 33]);
    expect(summed.statistics("rouge_l")).toBeUndefined();
  });
});

describe("rows", () => {
  it("count once: the first of an item stays", () => {
    const scores = new TaskScores({ ...quiz, items: 2 }, new TaskItems());
    scores.add(rowOf("quiz", 0, graded("right")));
    scores.add(rowOf("quiz", 0, graded("incorrect")));
    expect([scores.mark(0), scores.tokens().prompt]).toEqual(["right", 10]);
  });

  it("beyond the task's items are passed over", () => {
    const scores = new TaskScores({ ...quiz, items: 2 }, new TaskItems());
    scores.add(rowOf("quiz", 2, graded("right")));
    expect([scores.count("right"), scores.items.ids]).toEqual([0, []]);
  });

  it("tell what is known of the items themselves, the same for every variant", () => {
    const items = new TaskItems();
    const entries = (index: number) => (index === 0 ? { subject: "physics", group: "p1" } : {});
    const one = scoresOf(quiz, [graded("right"), undefined, ERRORED], { items, entries });
    const other = scoresOf(quiz, [graded("incorrect"), graded("right"), graded("right")], { items, entries });
    expect(one.items).toBe(other.items);
    expect(items).toMatchObject({
      ids: ["quiz-0", "quiz-1", "quiz-2"],
      subjects: ["physics", undefined, undefined],
      groups: ["p1", undefined, undefined],
      chances: [0.25, 0.25, 0.25],
    });
  });

  it("keep the hashes of prompt and answer whole, 64 bits of them", () => {
    const scores = scoresOf(quiz, [graded("right"), ERRORED]);
    expect(scores.promptHash(0).toString(16).padStart(16, "0")).toBe(hashOf("quiz 0"));
    expect(scores.answerHash(0)).not.toBe(0n);
    expect([scores.promptHash(1) !== 0n, scores.answerHash(1)]).toEqual([true, 0n]);
  });
});

import { describe, expect, it } from "vitest";
import { compareVariants, keyMetricOf, keyMetricPairs, pairTasks } from "../../src/analyze/compare.ts";
import { TaskItems, type TaskScores } from "../../src/analyze/task-scores.ts";
import { SINGLE_LOOK } from "../../src/domain/deciding-level.ts";
import type { ItemResult } from "../../src/domain/score-row.ts";
import type { ResolvedTask } from "../../src/spec/resolved.ts";
import { tangoInterval } from "../../src/stats/tango.ts";
import { quizTask, writingTask } from "../task/example-task.ts";
import { ERRORED, graded, hashOf, scoresOf, written } from "./example-rows.ts";

const OPTIONS = { sameWeights: false, seed: 7, level: SINGLE_LOOK };
const [right, wrong] = [graded("right"), graded("incorrect")];

type Results = readonly (ItemResult | undefined)[];

/** A baseline and a candidate at some tasks. */
function sides(tasks: readonly (readonly [ResolvedTask, Results, Results])[]) {
  const baseline = new Map<string, TaskScores>();
  const candidate = new Map<string, TaskScores>();
  for (const [task, before, after] of tasks) {
    const items = new TaskItems();
    baseline.set(task.name, scoresOf(task, before, { items }));
    candidate.set(task.name, scoresOf(task, after, { items }));
  }
  return pairTasks(baseline, candidate);
}

function compare(tasks: readonly (readonly [ResolvedTask, Results, Results])[]) {
  return compareVariants("one/FP16@fake", sides(tasks), OPTIONS);
}

describe("a variant against its baseline, by accuracy", () => {
  const first = quizTask({ name: "first" });
  const second = quizTask({ name: "second" });
  const byLetter = quizTask({ name: "by-letter", protocol: "letter-logprob" });

  it("is compared per task and pooled over the tasks of one protocol, by hand", () => {
    const compared = compare([
      [first, [right, right, wrong, right], [right, wrong, right, right]],
      [second, [right, right, right], [wrong, wrong, right]],
      [byLetter, [right, wrong], [wrong, wrong]],
    ]);
    expect(compared.baseline).toBe("one/FP16@fake");
    expect(compared.tasks).toMatchObject([
      { task: "first", type: "multiple-choice", accuracy: { pairs: 4, gained: 1, lost: 1 } },
      { task: "second", accuracy: { pairs: 3, gained: 0, lost: 2, lostItems: ["second-0", "second-1"] } },
      { task: "by-letter", accuracy: { pairs: 2, lost: 1 } },
    ]);
    expect(Object.keys(compared.accuracy)).toEqual(["continuation-logprob", "letter-logprob"]);
    expect(compared.accuracy["continuation-logprob"]).toMatchObject({
      pairs: 7,
      gained: 1,
      lost: 3,
      estimate: tangoInterval({ gained: 1, lost: 3, pairs: 7, confidence: 0.9 }),
    });
    expect(compared.accuracy["letter-logprob"]).toMatchObject({ pairs: 2, lost: 1 });
  });

  it("counts what is missing on either side, pooled too", () => {
    const compared = compare([
      [first, [right, ERRORED, right], [undefined, right, right]],
      [second, [right], [graded("letter-not-in-top-k")]],
    ]);
    expect(compared.accuracy["continuation-logprob"]).toMatchObject({
      pairs: 1,
      missing: { baseline: 1, candidate: 2 },
    });
  });

  it("leaves out tasks that only one side has, or that are of another type there", () => {
    const [ours, theirs] = [new TaskItems(), new TaskItems()];
    const baseline = new Map([
      ["first", scoresOf(first, [right], { items: ours })],
      ["same", scoresOf(quizTask({ name: "same" }), [right])],
    ]);
    const candidate = new Map([
      ["second", scoresOf(second, [right], { items: theirs })],
      ["same", scoresOf(writingTask({ name: "same" }), [written({ bleu: 1 })])],
    ]);
    expect(pairTasks(baseline, candidate)).toEqual([]);
  });

  it("takes as many items as there are", () => {
    const many = 150_000;
    const compared = compare([[first, Array(many).fill(right), [wrong, ...Array(many - 1).fill(right)]]]);
    expect(compared.accuracy["continuation-logprob"]).toMatchObject({ pairs: many, lost: 1 });
  });
});

describe("a variant against its baseline, by written answers", () => {
  const qa = writingTask({ name: "qa" });
  const code = writingTask({ name: "code", kind: "code" });
  const classes = writingTask({ name: "classes", kind: "classification" });

  it("is compared by every metric, per task and pooled over the tasks that have it, by hand", () => {
    const compared = compare([
      [
        qa,
        [written({ rouge_l: 1, coherence: 1 }), written({ rouge_l: 0.5, coherence: 1 })],
        [written({ rouge_l: 0.5, coherence: 1 }), written({ rouge_l: 0.5, coherence: 0.5 })],
      ],
      [code, [written({ bleu: 0.5, rouge_l: 0.5 })], [written({ bleu: 0.25, rouge_l: 0.5 })]],
    ]);
    expect(compared.tasks).toMatchObject([
      {
        task: "qa",
        type: "generation",
        metrics: { rouge_l: { pairs: 2, baselineMean: 0.75, candidateMean: 0.5 }, coherence: { changed: 1 } },
      },
      { task: "code", metrics: { bleu: { pairs: 1, estimate: { difference: -0.25 } }, rouge_l: { changed: 0 } } },
    ]);
    expect(Object.keys(compared.metrics)).toEqual(["bleu", "coherence", "rouge_l"]);
    expect(compared.metrics.rouge_l).toMatchObject({
      pairs: 3,
      baselineMean: expect.closeTo(2 / 3, 12),
      candidateMean: 0.5,
    });
    expect(compared.metrics.bleu).toMatchObject({ pairs: 1, baselineMean: 0.5, candidateMean: 0.25 });
  });

  it("has a key metric average: each item's mean over those its task has, pooled over items", () => {
    const compared = compare([
      [
        qa,
        [written({ rouge_l: 1, bertscore: 0.9, coherence: 0.8, output_length: 0 })],
        [written({ rouge_l: 0.4, bertscore: 0.6, coherence: 0.5, output_length: 1 })],
      ],
      [
        code,
        [written({ rouge_l: 0.5, coherence: 0.5, bleu: 0 }), written({ rouge_l: 0, coherence: 1, bleu: 1 })],
        [written({ rouge_l: 0.5, coherence: 0.5, bleu: 1 }), written({ rouge_l: 0, coherence: 0, bleu: 0 })],
      ],
      [classes, [written({ exact_match: 1, coherence: 1 })], [written({ exact_match: 0, coherence: 0.5 })]],
    ]);
    // Items: (1 + 0.9 + 0.8) / 3 = 0.9, 0.5, 0.5 and 1 against 0.5, 0.5, 0 and 0.5.
    expect(compared.keyMetricAverage.pairs).toBe(4);
    expect(compared.keyMetricAverage.baselineMean).toBeCloseTo(2.9 / 4, 12);
    expect(compared.keyMetricAverage.candidateMean).toBeCloseTo(1.5 / 4, 12);
  });

  it("has no key metric average of an item that lacks one of its metrics: never a mean of what is left", () => {
    const pairs = sides([
      [
        qa,
        [written({ rouge_l: 1, coherence: 1 }), written({ rouge_l: 1, coherence: 1 })],
        [written({ rouge_l: "no reference", coherence: 1 }), written({ rouge_l: 1, coherence: 1 })],
      ],
    ]);
    expect(keyMetricPairs(pairs).map(({ candidate }) => candidate)).toEqual([undefined, 1]);
    expect(compareVariants("b", pairs, OPTIONS).keyMetricAverage).toMatchObject({ pairs: 1, unpaired: 1 });
  });

  it("has none at all while a key metric can't be computed anywhere", () => {
    const without = written({ rouge_l: 1, bertscore: "no model for bertscore is set up" });
    expect(compare([[qa, [without, without], [without, without]]]).keyMetricAverage).toMatchObject({
      pairs: 0,
      estimate: { kind: "unavailable" },
    });
  });

  it("has none where a task has no key metric", () => {
    const scores = scoresOf(writingTask(), [written({ exact_match: 1 })]);
    expect(keyMetricOf(scores, 0)).toBeUndefined();
  });

  it("leaves errored answers out of the pairs and counts them", () => {
    const compared = compare([
      [qa, [written({ rouge_l: 1 }), written({ rouge_l: 1 })], [ERRORED, written({ rouge_l: 1 })]],
    ]);
    expect(compared.metrics.rouge_l).toMatchObject({ pairs: 1, unpaired: 1 });
  });

  it("keeps the groups of different tasks apart", () => {
    const entries = () => ({ group: "1" });
    const pairs = ["qa", "other"].flatMap((name) => {
      const scores = new Map([[name, scoresOf(writingTask({ name }), [written({ rouge_l: 1 })], { entries })]]);
      return pairTasks(scores, scores);
    });
    expect(keyMetricPairs(pairs).map(({ group }) => group)).toEqual(["qa/1", "other/1"]);
  });
});

describe("changed answers", () => {
  it("are those whose bytes differ, of those that both sides gave", () => {
    const items = new TaskItems();
    const answers = (texts: readonly (string | undefined)[]) =>
      new Map([
        [
          "qa",
          scoresOf(
            writingTask({ name: "qa" }),
            texts.map((text) => (text === undefined ? ERRORED : written({ rouge_l: 1 }))),
            {
              items,
              entries: (index) => (texts[index] === undefined ? {} : { answerHash: hashOf(texts[index] ?? "") }),
            },
          ),
        ],
      ]);
    const pairs = pairTasks(answers(["a", "b", "c", undefined]), answers(["a", "B", undefined, "d"]));
    expect(compareVariants("b", pairs, OPTIONS)).toMatchObject({ changedAnswers: 1, comparedAnswers: 2 });
  });
});

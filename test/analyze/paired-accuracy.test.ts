import { describe, expect, it } from "vitest";
import { alignItems } from "../../src/analyze/align.ts";
import { comparePairedAccuracy, type PairedMark, pairMarks } from "../../src/analyze/paired-accuracy.ts";
import { TaskItems } from "../../src/analyze/task-scores.ts";
import { SINGLE_LOOK } from "../../src/domain/deciding-level.ts";
import { tangoInterval } from "../../src/stats/tango.ts";

import { quizTask } from "../task/example-task.ts";
import { ERRORED, graded, scoresOf } from "./example-rows.ts";

const NONE = { unmatched: 0, differentPrompt: 0 };

/** Marks in letters, baseline then candidate: r right, w wrong, - missing; `rw` is a lost answer. */
function marksOf(pairs: string, entries: (index: number) => Partial<PairedMark> = () => ({})): readonly PairedMark[] {
  const mark = (letter: string | undefined) => (letter === "r" ? "right" : letter === "w" ? "wrong" : "missing");
  return pairs.split(" ").map((pair, index) => ({
    item: `i${index}`,
    baseline: mark(pair[0]),
    candidate: mark(pair[1]),
    subject: undefined,
    group: undefined,
    ...entries(index),
  }));
}

const OPTIONS = { seed: 7, level: SINGLE_LOOK };

describe("paired accuracy", () => {
  it("counts gains, losses and what is missing, by hand", () => {
    const marks = marksOf("rr rr rr rr ww wr rw rw rw ww r- -r -- w-");
    const compared = comparePairedAccuracy(marks, { unmatched: 2, differentPrompt: 1 }, OPTIONS);
    expect(compared).toMatchObject({
      pairs: 10,
      gained: 1,
      lost: 3,
      missing: { baseline: 2, candidate: 3 },
      unmatched: 2,
      differentPrompt: 1,
      gainedItems: ["i5"],
      lostItems: ["i6", "i7", "i8"],
      // Binomial(4, 1/2): exact 2 · (1 + 4) / 16, mid-p that minus P(1) = 4/16.
      mcnemar: { exact: 0.625, midP: 0.375 },
    });
    expect(compared.estimate).toEqual({
      kind: "estimated",
      ...tangoInterval({ gained: 1, lost: 3, pairs: 10, confidence: 0.9 }),
      method: "Tango score 90 %",
    });
    expect(compared.estimate).toMatchObject({ difference: -0.2 });
    expect(compared).not.toHaveProperty("subjectRobustStandardError");
  });

  it("without a pair gives no estimate, but a reason", () => {
    for (const marks of [[], marksOf("r- -w --")])
      expect(comparePairedAccuracy(marks, NONE, OPTIONS)).toMatchObject({
        pairs: 0,
        estimate: { kind: "unavailable", reason: "no item was answered on both sides" },
      });
  });

  it("without a change keeps an interval with a width", () => {
    const { estimate } = comparePairedAccuracy(marksOf("rr ww rr ww rr"), NONE, OPTIONS);
    expect(estimate).toMatchObject({ kind: "estimated", difference: 0, method: "Tango score 90 %" });
    if (estimate.kind === "estimated") {
      expect(estimate.lower).toBeLessThan(-0.2);
      expect(estimate.upper).toBeGreaterThan(0.2);
    }
  });

  it("takes unparsed, empty and truncated answers for wrong: they are pairs", () => {
    const items = new TaskItems();
    const quiz = quizTask();
    const baseline = scoresOf(quiz, Array(6).fill(graded("right")), { items });
    const candidate = scoresOf(
      quiz,
      [
        graded("right"),
        graded("unparsed"),
        graded("empty"),
        graded("truncated"),
        ERRORED,
        graded("letter-not-in-top-k"),
      ],
      { items },
    );
    const alignment = alignItems(baseline, candidate);
    expect(comparePairedAccuracy(pairMarks(baseline, candidate, alignment), alignment, OPTIONS)).toMatchObject({
      pairs: 4,
      lost: 3,
      gained: 0,
      missing: { baseline: 0, candidate: 2 },
      lostItems: ["quiz-1", "quiz-2", "quiz-3"],
    });
  });
});

describe("subjects", () => {
  it("give a standard error beside the interval, by hand", () => {
    // Differences −1 0 | 0 0 with mean −1/4: totals of residuals −1/2 and 1/2, so √((1/4 + 1/4) · 2/1) / 4 = 1/4.
    const marks = marksOf("rw rr rr ww", (index) => ({ subject: index < 2 ? "physics" : "law" }));
    const compared = comparePairedAccuracy(marks, NONE, OPTIONS);
    expect(compared.subjectRobustStandardError).toBeCloseTo(0.25, 12);
    expect(compared.estimate).toMatchObject({ method: "Tango score 90 %" });
  });

  it("give none where all items are of one", () => {
    const marks = marksOf("rw rr", () => ({ subject: "physics" }));
    expect(comparePairedAccuracy(marks, NONE, OPTIONS)).not.toHaveProperty("subjectRobustStandardError");
  });
});

describe("groups", () => {
  const flips = "rw rw rw rr rr rr rr rr ww ww ww ww";

  it("of several items decide by betting over their totals, with a wider interval than items that stand alone", () => {
    const alone = comparePairedAccuracy(marksOf(flips), NONE, OPTIONS).estimate;
    const { estimate: grouped, clusterBootstrap } = comparePairedAccuracy(
      marksOf(flips, (index) => ({ group: `passage ${Math.floor(index / 3)}` })),
      NONE,
      OPTIONS,
    );
    expect(grouped).toMatchObject({ kind: "estimated", difference: -0.25, method: "betting over groups 90 %" });
    expect(clusterBootstrap?.lower).toBeLessThan(-0.5);
    if (grouped.kind !== "estimated" || alone.kind !== "estimated") throw new Error("not estimated");
    expect(grouped.upper - grouped.lower).toBeGreaterThan(alone.upper - alone.lower);
    expect(grouped.lower).toBeLessThan(-0.5);
  });

  it("give the same interval for the same seed, and nothing of it depends on the clock", () => {
    const marks = marksOf(flips, (index) => ({ group: `passage ${index % 5}` }));
    expect(comparePairedAccuracy(marks, NONE, OPTIONS)).toEqual(comparePairedAccuracy(marks, NONE, OPTIONS));
  });

  it("of one item each change nothing", () => {
    const grouped = marksOf(flips, (index) => ({ group: `passage ${index}` }));
    expect(comparePairedAccuracy(grouped, NONE, OPTIONS).estimate).toEqual(
      comparePairedAccuracy(marksOf(flips), NONE, OPTIONS).estimate,
    );
  });

  it("without any change count as one observation each: twenty answers about two passages prove little", () => {
    const unchanged = Array.from({ length: 20 }, () => "rr").join(" ");
    const marks = marksOf(unchanged, (index) => ({ group: `passage ${index % 2}` }));
    const { estimate } = comparePairedAccuracy(marks, NONE, OPTIONS);
    // Two values of 0 in [−1, 1]: the interval says next to nothing.
    expect(estimate).toMatchObject({ kind: "estimated", difference: 0, method: "betting over groups 90 %" });
    if (estimate.kind !== "estimated") throw new Error("not estimated");
    expect(estimate.lower).toBeLessThan(-0.9);
    expect(estimate.upper).toBeGreaterThan(0.9);
  });

  it("of which there is just one say next to nothing", () => {
    const marks = marksOf(flips, () => ({ group: "the only passage" }));
    const { estimate, clusterBootstrap } = comparePairedAccuracy(marks, NONE, OPTIONS);
    if (estimate.kind !== "estimated") throw new Error("not estimated");
    expect([estimate.lower, estimate.upper]).toEqual([expect.closeTo(-1, 1), expect.closeTo(1, 0)]);
    expect(clusterBootstrap).toBeUndefined();
  });

  it("of different tasks are different ones, whatever their names", () => {
    const entries = () => ({ group: "1" });
    const marks = ["quiz", "other"].flatMap((name) => {
      const scores = scoresOf(quizTask({ name }), [graded("right"), graded("right")], { entries });
      return [...pairMarks(scores, scores, alignItems(scores, scores))];
    });
    expect(marks.map(({ group }) => group)).toEqual(["quiz/1", "quiz/1", "other/1", "other/1"]);
  });
});

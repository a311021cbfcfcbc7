import { describe, expect, it } from "vitest";
import type { RunEvidence } from "../../src/gate/evaluate.ts";
import { boundedMeanInterval } from "../../src/stats/bounded-mean.ts";
import { tangoEquivalence, tangoInterval, tangoNonInferiority } from "../../src/stats/tango.ts";
import { type ChoiceAnswer, type SyntheticTask, syntheticRun, type TextAnswer } from "./synthetic-run.ts";
import { checkOne } from "./verdict-of.ts";

/** A baseline that is right on the even items; the candidate flips the first so many of each kind. */
function quiz(
  flips: { readonly lost: number; readonly gained: number },
  items = 400,
  rest: Partial<SyntheticTask> = {},
): RunEvidence {
  const task = { name: "quiz", type: "multiple-choice", items, ...rest } as SyntheticTask;
  const right = (index: number): boolean => index % 2 === 0;
  return syntheticRun(
    [task],
    [
      { quantization: "FP16", choice: (_, index) => (right(index) ? "right" : "incorrect") },
      {
        quantization: "Q4_K_M",
        choice: (_, index) => {
          const flipped = Math.floor(index / 2) < (right(index) ? flips.lost : flips.gained);
          return right(index) !== flipped ? "right" : "incorrect";
        },
      },
    ],
  );
}

describe("max-loss of accuracy", () => {
  const check = (run: RunEvidence, pp = 3) => checkOne({ type: "max-loss", metric: "accuracy", pp }, run)[0];

  it("is decided by Tango's 90 % interval", () => {
    const rule = check(quiz({ lost: 6, gained: 4 }));
    const interval = tangoInterval({ gained: 4, lost: 6, pairs: 400, confidence: 0.9 });
    expect(rule).toMatchObject({
      rule: "quiz: accuracy not worse than FP16 by more than 3 pp",
      task: "quiz",
      outcome: "pass",
      basis: "interval",
      method: "Tango score 90 %",
      n: 400,
      estimate: -0.5,
      threshold: -3,
      unit: "pp",
      p: tangoNonInferiority({ gained: 4, lost: 6, pairs: 400, margin: 0.03 }).p,
    });
    expect(rule?.lower).toBeCloseTo(100 * interval.lower, 10);
    expect(rule?.upper).toBeCloseTo(100 * interval.upper, 10);
    expect(rule?.explanation).toMatch(/Tango score 90 % interval .* n = 400/);
  });

  it("fails when the whole interval lies beyond the margin, and is inconclusive across it", () => {
    expect(check(quiz({ lost: 40, gained: 0 }))?.outcome).toBe("fail");
    expect(check(quiz({ lost: 12, gained: 0 }))?.outcome).toBe("inconclusive");
    expect(check(quiz({ lost: 12, gained: 0 }), 10)?.outcome).toBe("pass");
  });

  it("passes and fails exactly as the test's p-value does at 5 %", () => {
    for (let lost = 0; lost <= 30; lost += 1) {
      const rule = check(quiz({ lost, gained: 3 }));
      expect([lost, rule?.outcome === "pass"]).toEqual([lost, (rule?.p ?? 1) < 0.05]);
    }
  });

  it("decides by the point estimate where asked, the margin itself included", () => {
    const at = (lost: number) =>
      checkOne({ type: "max-loss", metric: "accuracy", pp: 3, basis: "point" }, quiz({ lost, gained: 0 }))[0];
    expect(at(12)).toMatchObject({ estimate: -3, outcome: "pass", basis: "point estimate" });
    expect(at(13)).toMatchObject({ outcome: "fail", basis: "point estimate" });
  });

  it("keeps a width where nothing flipped: 88 items are needed for 3 pp", () => {
    expect(check(quiz({ lost: 0, gained: 0 }, 86))?.outcome).toBe("inconclusive");
    expect(check(quiz({ lost: 0, gained: 0 }, 86))?.itemsNeeded).toBe(88);
    expect(check(quiz({ lost: 0, gained: 0 }, 88))?.outcome).toBe("pass");
  });

  it("leaves the decision to betting over groups where items share one, and counts what would decide in groups", () => {
    const grouped = quiz({ lost: 5, gained: 5 }, 400, { group: (index) => `passage ${Math.floor(index / 4)}` });
    const rule = check(grouped);
    expect(rule?.method).toBe("betting over groups 90 %");
    expect(rule?.outcome).toBe("inconclusive");
    expect(rule?.itemsNeeded).toBe(4 * (rule?.groupsNeeded ?? 0));
    expect(rule?.explanation).toMatch(/about [\d,]+ groups \([\d,]+ items\) would decide/);
    const twoGroups = quiz({ lost: 0, gained: 1 }, 100, { group: (index) => `passage ${index % 2}` });
    expect(check(twoGroups)?.outcome).toBe("inconclusive");
  });

  it("is checked on each task by itself, or pooled where the rule says so", () => {
    const tasks: readonly SyntheticTask[] = [
      { name: "long", type: "multiple-choice", items: 1000 },
      { name: "short", type: "multiple-choice", items: 100 },
    ];
    const run = syntheticRun(tasks, [
      { quantization: "FP16" },
      { quantization: "Q4_K_M", choice: (task, index) => (task === "short" && index < 10 ? "incorrect" : "right") },
    ]);
    const rules = checkOne({ type: "max-loss", metric: "accuracy", pp: 3 }, run);
    expect(rules.map((rule) => [rule.task, rule.outcome])).toEqual([
      ["long", "pass"],
      ["short", "fail"],
    ]);
    const pooled = checkOne({ type: "max-loss", metric: "accuracy", pp: 3, over: "pooled" }, run);
    expect(pooled).toMatchObject([{ n: 1100, outcome: "pass" }]);
  });

  it("counts what the infrastructure kept from us against the variant, on either side, when it matters", () => {
    const run = (missingOn: "FP16" | "Q4_K_M", missing: number) => {
      const choice =
        (quantization: string) =>
        (_: string, index: number): ChoiceAnswer =>
          quantization === missingOn && index < missing ? "errored" : index % 2 === 0 ? "right" : "incorrect";
      return syntheticRun(
        [{ name: "quiz", type: "multiple-choice", items: 120 }],
        [
          { quantization: "FP16", choice: choice("FP16") },
          { quantization: "Q4_K_M", choice: choice("Q4_K_M") },
        ],
      );
    };
    expect(check(run("Q4_K_M", 0))?.outcome).toBe("pass");
    expect(check(run("Q4_K_M", 2))?.outcome).toBe("inconclusive");
    expect(check(run("Q4_K_M", 2))?.explanation).toMatch(
      /2 items have no result, and counted against the variant they would make it inconclusive/,
    );
    expect(check(run("Q4_K_M", 2), 20)?.outcome).toBe("pass");
    expect(check(run("FP16", 2))?.outcome).toBe("inconclusive");
  });
});

describe("equivalence of accuracy", () => {
  const check = (run: RunEvidence) => checkOne({ type: "equivalence", metric: "accuracy", pp: 3 }, run)[0];

  it("must hold on both sides", () => {
    expect(check(quiz({ lost: 4, gained: 4 }))).toMatchObject({
      outcome: "pass",
      p: tangoEquivalence({ gained: 4, lost: 4, pairs: 400, margin: 0.03 }).p,
    });
    expect(check(quiz({ lost: 0, gained: 40 }))?.outcome).toBe("fail");
    expect(check(quiz({ lost: 40, gained: 0 }))?.outcome).toBe("fail");
    expect(check(quiz({ lost: 0, gained: 12 }))?.outcome).toBe("inconclusive");
    const gain = checkOne({ type: "max-loss", metric: "accuracy", pp: 3 }, quiz({ lost: 0, gained: 40 }));
    expect(gain[0]?.outcome).toBe("pass");
  });

  it("minds missing items in either direction", () => {
    const run = syntheticRun(
      [{ name: "quiz", type: "multiple-choice", items: 120 }],
      [
        { quantization: "FP16", choice: () => "incorrect" },
        { quantization: "Q4_K_M", choice: (_, index) => (index < 2 ? "errored" : "incorrect") },
      ],
    );
    expect(check(run)?.outcome).toBe("inconclusive");
  });
});

/** Texts whose metrics all score `baseline(index)` on the baseline and `after(index)` on the candidate. */
function texts(
  baseline: (index: number) => TextAnswer,
  after: (index: number) => TextAnswer,
  items = 250,
  rest: Partial<SyntheticTask> = {},
): RunEvidence {
  const task = { name: "qa", type: "generation", kind: "qa", items, ...rest } as SyntheticTask;
  return syntheticRun(
    [task],
    [
      { quantization: "FP16", text: (_, index) => baseline(index) },
      { quantization: "Q4_K_M", text: (_, index) => after(index) },
    ],
  );
}

describe("max-loss of a metric", () => {
  const check = (run: RunEvidence, percent = 3) =>
    checkOne({ type: "max-loss", metric: "key_metric_average", percent }, run)[0];
  const baseline = (index: number): number => 0.7 + (index % 7) / 50;
  const changed = (index: number): number => baseline(index) - (index % 5 === 0 ? 0.02 : 0);

  it("bets on candidate − (1 − δ)·baseline, and tells the bounds in percent of the baseline's mean", () => {
    const items = Array.from({ length: 250 }, (_, index) => index);
    const interval = boundedMeanInterval(
      items.map((index) => changed(index) - 0.97 * baseline(index)),
      { lower: -0.97, upper: 1, confidence: 0.9 },
    );
    const mean = items.reduce((sum, index) => sum + baseline(index), 0) / 250;
    const rule = check(texts(baseline, changed));
    expect(interval.lower).toBeGreaterThan(0);
    expect(rule).toMatchObject({
      outcome: "pass",
      method: "betting 90 %",
      n: 250,
      threshold: -3,
      unit: "% of baseline",
    });
    expect(rule?.lower).toBeCloseTo(100 * (interval.lower / mean - 0.03), 9);
    expect(rule?.upper).toBeCloseTo(100 * (interval.upper / mean - 0.03), 9);
    expect(rule?.estimate).toBeCloseTo(-0.4 / mean, 9);
    expect(rule?.p).toBeLessThanOrEqual(0.05);
  });

  it("fails on a loss that is surely larger, and knows no certainty from few unchanged items", () => {
    expect(check(texts(baseline, (index) => baseline(index) - 0.15))?.outcome).toBe("fail");
    expect(check(texts(baseline, baseline, 50))?.outcome).toBe("inconclusive");
    expect(check(texts(baseline, baseline, 250))?.outcome).toBe("pass");
  });

  it("takes each item's mean over the key metrics that its task declares", () => {
    const run = syntheticRun(
      [{ name: "code", type: "generation", kind: "code", items: 20 }],
      [
        { quantization: "FP16", text: () => ({ rouge_l: 0.5, coherence: 0.7, bleu: 0.1 }) },
        { quantization: "Q4_K_M", text: () => ({ rouge_l: 0.6, coherence: 0.6, bleu: 0.9 }) },
      ],
    );
    const rule = checkOne({ type: "max-loss", metric: "key_metric_average", percent: 3, basis: "point" }, run)[0];
    expect(rule?.estimate).toBeCloseTo(0, 12);
    expect(rule?.outcome).toBe("pass");
    const bleu = checkOne({ type: "max-loss", metric: "bleu", percent: 3, basis: "point" }, run)[0];
    expect(bleu?.estimate).toBeCloseTo(800, 9);
  });

  it("counts items of one group as one observation", () => {
    const alone = check(texts(baseline, baseline, 250));
    const grouped = check(texts(baseline, baseline, 250, { group: (index) => `passage ${Math.floor(index / 10)}` }));
    expect(alone?.outcome).toBe("pass");
    expect(grouped?.outcome).toBe("inconclusive");
    expect(grouped?.estimate).toBeCloseTo(alone?.estimate ?? 1, 12);
  });

  it("counts missing answers as 0, and a missing baseline as 1, when it matters", () => {
    const errs =
      (count: number) =>
      (index: number): TextAnswer =>
        index < count ? "errored" : baseline(index);
    expect(check(texts(baseline, errs(6)))?.outcome).toBe("inconclusive");
    expect(check(texts(errs(20), baseline))?.outcome).toBe("inconclusive");
    expect(check(texts(baseline, (index) => (index === 0 ? "errored" : baseline(index)), 1000))?.outcome).toBe("pass");
  });

  it("leaves out what the metric says nothing of on both sides, and minds what it does on one", () => {
    const some = (index: number): TextAnswer => (index < 20 ? { rouge_l: "unscored" } : baseline(index));
    expect(check(texts(some, some, 300))).toMatchObject({ outcome: "pass", n: 280 });
    expect(check(texts(baseline, some, 300))?.outcome).toBe("inconclusive");
  });

  it("fails closed when a task has no score by one of its key metrics, on either side", () => {
    const none = (): TextAnswer => ({ bertscore: "unscored" });
    expect(check(texts(baseline, none))).toMatchObject({ outcome: "fail", basis: "none" });
    expect(check(texts(none, baseline))?.explanation).toMatch(/on the baseline qa has no score by bertscore/);
    const quizOnly = quiz({ lost: 0, gained: 0 });
    expect(check(quizOnly)).toMatchObject({ outcome: "fail", basis: "none" });
  });

  it("can't tell a share of nothing", () => {
    expect(
      check(
        texts(
          () => 0,
          () => 0,
        ),
      ),
    ).toMatchObject({ outcome: "inconclusive" });
    expect(
      check(
        texts(
          () => 0,
          () => 0,
        ),
      )?.explanation,
    ).toMatch(/baseline's mean is 0/);
  });
});

describe("equivalence of a metric", () => {
  const check = (run: RunEvidence) => checkOne({ type: "equivalence", metric: "rouge_l", percent: 5 }, run)[0];

  it("must hold on both sides", () => {
    expect(
      check(
        texts(
          () => 0.6,
          () => 0.6,
          400,
        ),
      )?.outcome,
    ).toBe("pass");
    expect(
      check(
        texts(
          () => 0.6,
          () => 0.9,
          400,
        ),
      )?.outcome,
    ).toBe("fail");
    expect(
      check(
        texts(
          () => 0.6,
          () => 0.4,
          400,
        ),
      )?.outcome,
    ).toBe("fail");
    expect(
      check(
        texts(
          () => 0.6,
          () => 0.63,
          400,
        ),
      )?.outcome,
    ).toBe("inconclusive");
  });
});

describe("the number of items that would decide", () => {
  it("decides, when the run is repeated to that size and the loss was luck in part", () => {
    const rule = checkOne({ type: "max-loss", metric: "accuracy", pp: 3 }, quiz({ lost: 9, gained: 4 }, 300))[0];
    expect(rule?.outcome).toBe("inconclusive");
    const times = Math.ceil((rule?.itemsNeeded ?? 0) / 300);
    const larger = quiz({ lost: 7 * times, gained: 6 * times }, 300 * times);
    expect(checkOne({ type: "max-loss", metric: "accuracy", pp: 3 }, larger)[0]?.outcome).toBe("pass");
  });

  it("decides a metric too, and not much fewer do", () => {
    const baseline = (index: number): number => 0.5 + (index % 6) / 20;
    const after = (index: number): number => baseline(index) + (index % 10 === 0 ? -0.1 : index % 10 === 5 ? 0.1 : 0);
    const check = (items: number) =>
      checkOne({ type: "max-loss", metric: "rouge_l", percent: 3 }, texts(baseline, after, items))[0];
    const needed = check(60)?.itemsNeeded ?? 0;
    expect(check(60)?.outcome).toBe("inconclusive");
    expect(check(needed)?.outcome).toBe("pass");
    expect(check(Math.round(needed / 2))?.outcome).toBe("inconclusive");
  });

  it("isn't told where no practical number would do", () => {
    const onTheMargin = quiz({ lost: 1, gained: 0 });
    const rule = checkOne({ type: "max-loss", metric: "accuracy", pp: 0 }, onTheMargin)[0];
    expect(rule?.outcome).toBe("inconclusive");
    expect(rule).not.toHaveProperty("itemsNeeded");
    expect(rule?.explanation).toMatch(/too close to the threshold/);
  });
});

import { describe, expect, it } from "vitest";
import { boundedMeanInterval } from "../../src/stats/bounded-mean.ts";
import { wilsonInterval } from "../../src/stats/wilson.ts";
import { type SyntheticTask, syntheticRun } from "./synthetic-run.ts";
import { checkOne } from "./verdict-of.ts";

const TASKS: readonly SyntheticTask[] = [
  {
    name: "mmlu-a",
    type: "multiple-choice",
    benchmark: "mmlu",
    items: 100,
    subject: (index) => (index < 40 ? "law" : "art"),
  },
  { name: "mmlu-b", type: "multiple-choice", benchmark: "mmlu", items: 300 },
  { name: "arc", type: "multiple-choice", benchmark: "arc-challenge", protocol: "continuation-logprob", items: 100 },
  { name: "code", type: "generation", kind: "code", items: 40 },
  { name: "qa", type: "generation", kind: "qa", items: 60 },
];
const SHARES: Readonly<Record<string, number>> = { "mmlu-a": 0.5, "mmlu-b": 0.9, arc: 0.3 };

const run = syntheticRun(TASKS, [
  { quantization: "FP16" },
  {
    quantization: "Q4_K_M",
    choice: (task, index) => (index % 10 < 10 * (SHARES[task] ?? 0) ? "right" : "incorrect"),
    text: (task) => (task === "code" ? { bleu: 0.2, rouge_l: 0.4, coherence: 0.6 } : { rouge_l: 0.7, bertscore: 0.9 }),
  },
]);

describe("min-score on accuracy", () => {
  it("pools the tasks of a benchmark by their items", () => {
    const [rule] = checkOne({ type: "min-score", metric: "accuracy", benchmark: "mmlu", atLeast: 0.75 }, run);
    // 50 of 100 and 270 of 300.
    expect(rule).toMatchObject({
      rule: "mmlu: accuracy at least 0.75",
      estimate: 0.8,
      n: 400,
      threshold: 0.75,
      unit: "score",
      outcome: "pass",
      basis: "interval",
      method: "Wilson 90 %",
      ...wilsonInterval({ successes: 320, trials: 400, confidence: 0.9 }),
    });
  });

  it("never mixes protocols: overall there is a line for each", () => {
    const rules = checkOne({ type: "min-score", metric: "accuracy", atLeast: 0.5, basis: "point" }, run);
    expect(rules.map((rule) => [rule.rule, rule.estimate, rule.outcome])).toEqual([
      ["all multiple-choice tasks, letter-logprob: accuracy at least 0.5", 0.8, "pass"],
      ["all multiple-choice tasks, continuation-logprob: accuracy at least 0.5", 0.3, "fail"],
    ]);
  });

  it("looks at each task where the rule says so, at one task, at one subject", () => {
    const each = checkOne(
      { type: "min-score", metric: "accuracy", atLeast: 0.5, over: "each-task", basis: "point" },
      run,
    );
    expect(each.map((rule) => [rule.task, rule.outcome])).toEqual([
      ["mmlu-a", "pass"],
      ["mmlu-b", "pass"],
      ["arc", "fail"],
    ]);
    const [one] = checkOne({ type: "min-score", metric: "accuracy", atLeast: 0.5, task: "mmlu-b" }, run);
    expect(one).toMatchObject({ task: "mmlu-b", n: 300, estimate: 0.9 });
    const [law] = checkOne(
      { type: "min-score", metric: "accuracy", atLeast: 0.5, task: "mmlu-a", subject: "law" },
      run,
    );
    expect(law).toMatchObject({ subject: "law", n: 40, estimate: 0.5 });
  });

  it("passes, fails or is inconclusive by the interval's bounds, and says how many items would decide", () => {
    const at = (atLeast: number) =>
      checkOne({ type: "min-score", metric: "accuracy", task: "mmlu-b", atLeast }, run)[0];
    const { lower, upper } = wilsonInterval({ successes: 270, trials: 300, confidence: 0.9 });
    expect(at(lower - 0.001)?.outcome).toBe("pass");
    expect(at(lower + 0.001)?.outcome).toBe("inconclusive");
    expect(at(upper - 0.001)?.outcome).toBe("inconclusive");
    expect(at(upper + 0.001)?.outcome).toBe("fail");
    expect(at(lower + 0.001)?.itemsNeeded).toBeGreaterThan(300);
    expect(at(lower - 0.001)).not.toHaveProperty("itemsNeeded");
  });

  it("decides by the point estimate where asked, the threshold itself included, and says so", () => {
    const at = (atLeast: number) =>
      checkOne({ type: "min-score", metric: "accuracy", task: "arc", atLeast, basis: "point" }, run)[0];
    expect(at(0.3)).toMatchObject({ outcome: "pass", basis: "point estimate" });
    expect(at(0.301)).toMatchObject({ outcome: "fail", basis: "point estimate" });
    expect(at(0.3)?.explanation).toMatch(/point estimate/);
    expect(at(0.3)).not.toHaveProperty("lower");
  });

  it("fails closed on a task, benchmark or subject that isn't there", () => {
    for (const where of [{ task: "mlu" }, { benchmark: "gsm8k" }, { task: "mmlu-a", subject: "physics" }]) {
      const rules = checkOne({ type: "min-score", metric: "accuracy", atLeast: 0, ...where }, run);
      expect(rules).toMatchObject([{ outcome: "fail", basis: "none" }]);
    }
  });

  it("is inconclusive when missing items, counted as wrong, would change it", () => {
    const missing = (count: number) =>
      syntheticRun(
        [{ name: "quiz", type: "multiple-choice", items: 100 }],
        [
          { quantization: "FP16" },
          {
            quantization: "Q4_K_M",
            choice: (_, index) => (index < 50 ? "right" : index < 50 + count ? "errored" : "incorrect"),
          },
        ],
      );
    const at = (atLeast: number, count: number) =>
      checkOne({ type: "min-score", metric: "accuracy", atLeast, basis: "point" }, missing(count))[0]?.outcome;
    expect([at(0.5, 1), at(0.505, 1), at(0.51, 1)]).toEqual(["pass", "inconclusive", "fail"]);
    expect([at(0.505, 0), at(0.6, 30)]).toEqual(["fail", "inconclusive"]);
  });
});

describe("min-score on metrics", () => {
  const estimateOf = (rule: Parameters<typeof checkOne>[0]) => checkOne(rule, run)[0]?.estimate;

  it("pools a metric over the items of the tasks that declare it, or of one kind or task", () => {
    // rouge_l: 40 items of 0.4 and 60 of 0.7.
    expect(estimateOf({ type: "min-score", metric: "rouge_l", atLeast: 0.1 })).toBeCloseTo(0.58, 12);
    expect(estimateOf({ type: "min-score", metric: "rouge_l", kind: "code", atLeast: 0.1 })).toBeCloseTo(0.4, 12);
    expect(estimateOf({ type: "min-score", metric: "rouge_l", task: "qa", atLeast: 0.1 })).toBeCloseTo(0.7, 12);
    expect(estimateOf({ type: "min-score", metric: "bleu", atLeast: 0.1 })).toBeCloseTo(0.2, 12);
  });

  it("takes composite and key metric average as the summary has them", () => {
    const summary = run.summary.models[0]?.variants[1];
    const summaryOf = (figure: "composite" | "keyMetricAverage") =>
      summary?.[figure].kind === "scored" ? summary[figure].value : Number.NaN;
    expect(estimateOf({ type: "min-score", metric: "composite", atLeast: 0.1 })).toBeCloseTo(
      summaryOf("composite"),
      12,
    );
    expect(estimateOf({ type: "min-score", metric: "key_metric_average", atLeast: 0.1 })).toBeCloseTo(
      summaryOf("keyMetricAverage"),
      12,
    );
  });

  it("decides by the betting interval, over several metrics at a share of α each", () => {
    const rouge = [...Array.from({ length: 40 }, () => 0.4), ...Array.from({ length: 60 }, () => 0.7)];
    const [one] = checkOne({ type: "min-score", metric: "rouge_l", atLeast: 0.4 }, run);
    expect(one).toMatchObject({
      method: "betting 90 %",
      n: 100,
      outcome: "pass",
      ...boundedMeanInterval(rouge, { lower: 0, upper: 1, confidence: 0.9 }),
    });
    const [several] = checkOne({ type: "min-score", metric: "composite", atLeast: 0.4 }, run);
    expect(several?.method).toBe("betting 90 % (Bonferroni over 6 metrics)");
    const at = (atLeast: number) => checkOne({ type: "min-score", metric: "rouge_l", atLeast }, run)[0]?.outcome;
    expect([at(0.58), at(0.8)]).toEqual(["inconclusive", "fail"]);
  });

  it("fails closed on a metric that no task declares, or that a task has no score by", () => {
    expect(checkOne({ type: "min-score", metric: "repetition", atLeast: 0 }, run)).toMatchObject([
      { outcome: "fail", basis: "none" },
    ]);
    const unscored = syntheticRun(TASKS, [
      { quantization: "FP16" },
      { quantization: "Q4_K_M", text: (task) => (task === "qa" ? { bertscore: "unscored" } : 0.9) },
    ]);
    for (const metric of ["bertscore", "composite", "key_metric_average"] as const) {
      const [rule] = checkOne({ type: "min-score", metric, atLeast: 0, basis: "point" }, unscored);
      expect(rule).toMatchObject({ outcome: "fail", basis: "none" });
      expect(rule?.explanation).toBe("not measured, so the rule fails: qa has no score by bertscore (made up)");
    }
    expect(checkOne({ type: "min-score", metric: "bleu", atLeast: 0.5 }, unscored)[0]?.outcome).toBe("pass");
  });

  it("counts answers that a metric says nothing of as 0 when it matters, where the baseline's have a score", () => {
    const chat: readonly SyntheticTask[] = [{ name: "chat", type: "generation", kind: "chat", items: 50 }];
    const few = (index: number) => (index < 22 ? ({ repetition: "unscored" } as const) : 0.9);
    const rule = { type: "min-score", metric: "repetition", atLeast: 0.8, basis: "point" } as const;
    const shorter = syntheticRun(chat, [
      { quantization: "FP16" },
      { quantization: "Q4_K_M", text: (_, index) => few(index) },
    ]);
    for (const metric of ["repetition", "composite"] as const) {
      const [checked] = checkOne({ ...rule, metric }, shorter);
      expect(checked?.outcome).toBe("inconclusive");
      expect(checked?.explanation).toContain(
        "22 items have no result, and counted against the variant they would make it fail",
      );
    }
    // Where the baseline's answers have no score either, the metric has nothing to say of the items.
    const both = syntheticRun(chat, [
      { quantization: "FP16", text: (_, index) => few(index) },
      { quantization: "Q4_K_M", text: (_, index) => few(index) },
    ]);
    expect(checkOne(rule, both)).toMatchObject([{ outcome: "pass", n: 28 }]);
  });

  it("counts missing answers as 0 when it matters", () => {
    const errored = syntheticRun(
      [{ name: "qa", type: "generation", kind: "qa", items: 50 }],
      [{ quantization: "FP16" }, { quantization: "Q4_K_M", text: (_, index) => (index === 0 ? "errored" : 0.5) }],
    );
    const at = (atLeast: number) =>
      checkOne({ type: "min-score", metric: "rouge_l", atLeast, basis: "point" }, errored)[0]?.outcome;
    expect([at(0.49), at(0.495), at(0.51)]).toEqual(["pass", "inconclusive", "fail"]);
  });
});

describe("a minimum that was set with another encoder", () => {
  const rule = { type: "min-score", metric: "bertscore", atLeast: 0.8, basis: "point" } as const;

  it("is decided all the same, and says that the scales differ", () => {
    const [other] = checkOne({ ...rule, encoder: "microsoft/deberta-xlarge-mnli" }, run);
    expect(other).toMatchObject({ outcome: "pass", basis: "point estimate" });
    expect(other?.explanation).toMatch(
      /; the minimum was set with deberta-xlarge-mnli, the scores are .+'s: their scales differ$/,
    );
  });

  it("says nothing where the encoder is the same, or the rule names none", () => {
    const used = run.manifest.spec.scorers.bertscore.model;
    for (const own of [rule, { ...rule, encoder: `owner/${used}` }])
      expect(checkOne(own, run)[0]?.explanation).not.toContain("scales");
  });
});

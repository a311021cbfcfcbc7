import { describe, expect, it } from "vitest";
import { loadScores } from "../../src/analyze/load-scores.ts";
import { summarize } from "../../src/analyze/summarize.ts";
import type { Summary, VariantSummary } from "../../src/analyze/summary.ts";
import { type Score, scored } from "../../src/domain/score.ts";
import type { ItemResult, ScoreLine, ScoreRow } from "../../src/domain/score-row.ts";
import { bleuFromStatistics, bleuStatistics } from "../../src/score/text/bleu.ts";
import type { ResolvedSpec, ResolvedTask } from "../../src/spec/resolved.ts";
import { seededRandom } from "../../src/stats/random.ts";
import { tInterval } from "../../src/stats/t-interval.ts";
import { wilsonInterval } from "../../src/stats/wilson.ts";
import type { RunManifest } from "../../src/store/manifest.ts";
import { specOf } from "../plan/example-spec.ts";
import { quizTask, writingTask } from "../task/example-task.ts";
import { ERRORED, graded, opened, rowOf, runOf, written } from "./example-rows.ts";

const running = new AbortController().signal;
const [FP16, Q2_K] = ["one/FP16@fake", "one/Q2_K@fake"];

function manifestOf(spec: ResolvedSpec, references = 1): RunManifest {
  return {
    schema: 1,
    id: "example",
    spec,
    specHash: "abc",
    versions: { quantgate: "0.0.0", node: "20.0.0" },
    host: { platform: "linux-x64", cpu: "none", cores: 1, memoryBytes: 1 },
    tasks: spec.tasks.map((task) => ({
      task: task.name,
      dataset: "example",
      datasetVersion: "1.0.0",
      datasetSha256: "0",
      templateSha256: "0",
      items: task.items,
      itemsWithReferences: task.type === "generation" ? references : 0,
      chance: 0.25,
    })),
    status: "completed",
    startedAt: "2026-03-14T15:16:17.000Z",
    identities: {},
    signatures: Object.fromEntries(spec.tasks.map((task) => [task.name, { rouge_l: "ROUGE|v:1", bleu: "BLEU|v:1" }])),
  };
}

async function summaryOf(
  tasks: readonly ResolvedTask[],
  lines: readonly ScoreLine[],
  manifest?: RunManifest,
): Promise<Summary> {
  const used = manifest ?? manifestOf(specOf({ one: ["FP16", "Q2_K"] }, tasks));
  return summarize(await loadScores(runOf(lines), used.spec, running), used);
}

/** Rows of both variants at one task. */
function rowsOf(
  task: string,
  results: Readonly<Record<string, readonly (ItemResult | undefined)[]>>,
  entries: (index: number) => Partial<ScoreRow> = () => ({}),
): ScoreRow[] {
  return Object.entries(results).flatMap(([variant, list]) =>
    list.flatMap((result, index) =>
      result === undefined ? [] : [rowOf(task, index, result, { variant, ...entries(index) })],
    ),
  );
}

function variantOf(summary: Summary, id: string): VariantSummary {
  const found = summary.models.flatMap(({ variants }) => variants).find(({ variant }) => variant === id);
  if (found === undefined) throw new Error(`no variant ${id}`);
  return found;
}

const [right, wrong] = [graded("right"), graded("incorrect")];

describe("a multiple-choice task", () => {
  const task = quizTask({ items: 8, primary: "acc_norm" });
  const marked = (acc: boolean, accNorm: boolean): ItemResult =>
    graded(accNorm ? "right" : "incorrect", { acc, acc_norm: accNorm });
  const results = [
    marked(true, true),
    marked(false, true),
    marked(true, false),
    graded("unparsed", { acc: false, acc_norm: false }),
    graded("truncated", { acc: false, acc_norm: false }),
    ERRORED,
    graded("letter-not-in-top-k"),
    undefined,
  ];
  const subjects = ["physics", "law", "law", "physics", "law", "law", "law", "law"];

  it("is summed up with every cause, interval, figure and subject, by hand", async () => {
    const rows = rowsOf("quiz", { [FP16]: results }, (index) => ({ subject: subjects[index] ?? "" }));
    const [summary] = variantOf(await summaryOf([task], rows), FP16).tasks;
    const wilson = (correct: number, trials: number) => ({
      kind: "scored",
      correct,
      trials,
      value: correct / trials,
      ...wilsonInterval({ successes: correct, trials, confidence: 0.95 }),
      method: "Wilson 95 %",
    });
    expect(summary).toEqual({
      type: "multiple-choice",
      task: "quiz",
      protocol: "continuation-logprob",
      primary: "acc_norm",
      items: 8,
      scored: 5,
      wrong: { incorrect: 1, unparsed: 1, empty: 0, truncated: 1 },
      missing: { errored: 1, "letter-not-in-top-k": 1, absent: 1 },
      accuracy: wilson(2, 5),
      figures: { acc: wilson(2, 5), acc_norm: wilson(2, 5) },
      chance: 0.25,
      subjects: [
        { subject: "law", accuracy: wilson(1, 3) },
        { subject: "physics", accuracy: wilson(1, 2) },
      ],
      tokens: { prompt: 60, completion: 12 },
    });
  });

  it("of which nothing was answered is unscored, not 0", async () => {
    const summary = await summaryOf([task], rowsOf("quiz", { [FP16]: Array(8).fill(ERRORED) }));
    expect(variantOf(summary, FP16).tasks[0]).toMatchObject({
      scored: 0,
      accuracy: { kind: "unscored", reason: "no item was answered" },
      figures: { acc: { kind: "unscored" } },
      subjects: [],
    });
    expect(variantOf(summary, FP16).accuracy).toEqual({
      "continuation-logprob": { kind: "unscored", reason: "no item was answered" },
    });
  });

  it("is pooled with the others of its protocol, and with no other", async () => {
    const tasks = [
      quizTask({ name: "a", items: 2 }),
      quizTask({ name: "b", items: 3 }),
      quizTask({ name: "c", items: 1, protocol: "letter-logprob" }),
    ];
    const rows = [
      ...rowsOf("a", { [FP16]: [right, wrong] }),
      ...rowsOf("b", { [FP16]: [right, right, ERRORED] }),
      ...rowsOf("c", { [FP16]: [wrong] }),
    ];
    expect(variantOf(await summaryOf(tasks, rows), FP16).accuracy).toMatchObject({
      "continuation-logprob": { correct: 3, trials: 4 },
      "letter-logprob": { correct: 0, trials: 1 },
    });
  });

  it("carries the benchmark that its manifest names", async () => {
    const benchmark = quizTask({ items: 1 });
    const dataset = { ...benchmark.dataset, manifest: { ...benchmark.dataset.manifest, benchmark: "mmlu" } };
    const summary = await summaryOf([{ ...benchmark, dataset }], rowsOf("quiz", { [FP16]: [right] }));
    expect(variantOf(summary, FP16).tasks[0]).toMatchObject({ benchmark: "mmlu" });
  });
});

describe("a generation task", () => {
  const bleuOf = (candidate: string, reference: string): ItemResult => {
    const statistics = bleuStatistics(candidate, [reference]);
    const value = bleuFromStatistics(statistics, { effectiveOrder: true }).score;
    return { kind: "generated", flaw: "none", scores: { bleu: scored(value, statistics), exact_match: scored(0) } };
  };

  it("is summed up with its planned metrics, their t intervals and why items are unscored, by hand", async () => {
    const task = writingTask({ items: 5 });
    const full = { bertscore: "no model", coherence: "no model" };
    const rows = rowsOf("writing", {
      [FP16]: [
        written({ ...full, rouge_l: 0.2, output_length: 1 }),
        written({ ...full, rouge_l: 0.6, output_length: 1 }, "truncated"),
        written({ ...full, rouge_l: "no reference", output_length: 0 }, "empty"),
        ERRORED,
      ],
    });
    const [summary] = variantOf(await summaryOf([task], rows), FP16).tasks;
    const { mean, lower, upper } = tInterval([0.2, 0.6], { confidence: 0.95 });
    expect(summary).toMatchObject({
      type: "generation",
      kind: "qa",
      items: 5,
      scored: 3,
      flawed: { empty: 1, truncated: 1 },
      missing: { errored: 1, absent: 1 },
      metrics: {
        rouge_l: {
          kind: "scored",
          mean,
          items: 2,
          // An interval of a mean of scores stays where scores can be.
          lower: Math.max(0, lower),
          upper: Math.min(1, upper),
          method: "t 95 %",
          signature: "ROUGE|v:1",
          unscored: { "no reference": 1 },
        },
        bertscore: { kind: "unscored", reason: "no model", unscored: { "no model": 3 } },
        coherence: { kind: "unscored", reason: "no model" },
        output_length: { kind: "scored", items: 3 },
      },
      corpus: [],
    });
    expect([lower < 0, upper > 1]).toEqual([true, true]);
  });

  it("has corpus BLEU from summed statistics, not the mean of sentences", async () => {
    const texts = [
      ["the cat sat on the mat today", "the cat sat on the mat"],
      ["a dog", "a dog barked at the cat on the mat"],
    ] as const;
    const rows = rowsOf("code", { [FP16]: texts.map(([candidate, reference]) => bleuOf(candidate, reference)) });
    const [summary] = variantOf(
      await summaryOf([writingTask({ name: "code", kind: "code", items: 2 })], rows),
      FP16,
    ).tasks;
    const sums = texts
      .map(([candidate, reference]) => bleuStatistics(candidate, [reference]))
      .reduce((total, each) => total.map((value, index) => value + (each[index] ?? 0)));
    const expected = bleuFromStatistics(sums, { references: "var" });
    if (summary?.type !== "generation") throw new Error("not a generation task");
    expect(summary.corpus).toEqual([{ name: "corpus_bleu", value: expected.score, signature: expected.signature }]);
    expect(summary.metrics.bleu).toMatchObject({ kind: "scored", items: 2 });
  });

  it("tells how many texts an encoder read in part, and precision and recall of BERTScore", async () => {
    const read = (texts: number, truncated: number): Score => scored(0.5, [0.25, 0.75, 0.5, texts, truncated]);
    const rows = rowsOf("writing", { [FP16]: [written({}), written({})] }).map((row) =>
      row.result.kind === "generated" ? { ...row, result: { ...row.result, scores: { bertscore: read(3, 1) } } } : row,
    );
    const variant = variantOf(await summaryOf([writingTask({ items: 2 })], rows), FP16);
    const [task] = variant.tasks;
    if (task?.type !== "generation") throw new Error("not a generation task");
    expect(task.metrics.bertscore).toMatchObject({ texts: { texts: 6, truncated: 2 } });
    expect(variant.metrics.bertscore).toMatchObject({ texts: { texts: 6, truncated: 2 } });
    expect(task.corpus.map(({ name, value }) => [name, value])).toEqual([
      ["bertscore_precision", 0.25],
      ["bertscore_recall", 0.75],
    ]);
  });

  it("of one item has that item's score for interval, and says so", async () => {
    const rows = rowsOf("writing", { [FP16]: [written({ rouge_l: 0.4 })] });
    expect(variantOf(await summaryOf([writingTask({ items: 1 })], rows), FP16).metrics.rouge_l).toMatchObject({
      mean: 0.4,
      lower: 0.4,
      upper: 0.4,
      method: "one item",
    });
  });

  it("without any reference plans only what needs none", async () => {
    const task = writingTask({ kind: "chat", items: 1 });
    const manifest = manifestOf(specOf({ one: ["FP16", "Q2_K"] }, [task]), 0);
    const rows = rowsOf("writing", { [FP16]: [written({ coherence: 0.5, repetition: 1 })] });
    const variant = variantOf(await summaryOf([task], rows, manifest), FP16);
    expect(Object.keys(variant.metrics)).toEqual(["coherence", "repetition"]);
  });
});

describe("composite and key metric average", () => {
  const tasks = [
    writingTask({ name: "qa", items: 2 }),
    writingTask({ name: "classes", kind: "classification", items: 1 }),
  ];
  const qa = { rouge_l: 0.5, bertscore: 0.9, coherence: 0.7, output_length: 1 };

  it("are unweighted means over metrics, each pooled over the items of its tasks, by hand", async () => {
    const rows = [
      ...rowsOf("qa", { [FP16]: [written(qa), written({ ...qa, coherence: 0.4 })] }),
      ...rowsOf("classes", { [FP16]: [written({ exact_match: 0, coherence: 0.1, output_length: 0.4 })] }),
    ];
    const { composite, keyMetricAverage, metrics } = variantOf(await summaryOf(tasks, rows), FP16);
    // coherence (0.7 + 0.4 + 0.1) / 3 = 0.4, output_length (1 + 1 + 0.4) / 3 = 0.8.
    expect(composite).toEqual({
      kind: "scored",
      value: expect.closeTo((0.9 + 0.4 + 0 + 0.8 + 0.5) / 5, 12),
      metrics: ["bertscore", "coherence", "exact_match", "output_length", "rouge_l"],
    });
    expect(keyMetricAverage).toEqual({
      kind: "scored",
      value: expect.closeTo((0.9 + 0.4 + 0.5) / 3, 12),
      metrics: ["bertscore", "coherence", "rouge_l"],
    });
    expect(metrics.coherence).toMatchObject({ items: 3 });
  });

  it("leave a metric of the user's own scorer aside, which stands by itself", async () => {
    const task = { ...writingTask({ name: "qa", items: 1 }), ownMetrics: ["mine"] };
    const rows = rowsOf("qa", { [FP16]: [written({ ...qa, mine: 0.2 })] });
    const { composite, metrics } = variantOf(await summaryOf([task], rows), FP16);
    expect(metrics.mine).toMatchObject({ kind: "scored", mean: 0.2 });
    expect(composite).toMatchObject({ metrics: ["bertscore", "coherence", "output_length", "rouge_l"] });
  });

  it("are unscored as soon as one of their metrics is: never a mean of what is left", async () => {
    const missing = written({ ...qa, bertscore: "no model for bertscore is set up" });
    const rows = [
      ...rowsOf("qa", { [FP16]: [missing, missing] }),
      ...rowsOf("classes", { [FP16]: [written({ exact_match: 1, coherence: 1, output_length: 1 })] }),
    ];
    const reason = "bertscore is unscored: no model for bertscore is set up";
    const { composite, keyMetricAverage } = variantOf(await summaryOf(tasks, rows), FP16);
    expect(composite).toEqual({ kind: "unscored", reason });
    expect(keyMetricAverage).toEqual({ kind: "unscored", reason });
  });

  it("are unscored in a run without generation tasks, and accuracy is in neither", async () => {
    const summary = await summaryOf([quizTask({ items: 1 })], rowsOf("quiz", { [FP16]: [right] }));
    const { composite, keyMetricAverage } = variantOf(summary, FP16);
    expect([composite.kind, keyMetricAverage.kind]).toEqual(["unscored", "unscored"]);
  });
});

describe("a run", () => {
  const tasks = [
    quizTask({ items: 40 }),
    quizTask({ name: "letters", items: 30, protocol: "letter-logprob" }),
    writingTask({ items: 25 }),
    writingTask({ name: "code", kind: "code", items: 20 }),
  ];
  const spec = specOf({ one: ["FP16", "Q2_K"], two: ["Q8_0", "Q4_K_M"] }, tasks, {
    repeat: { items: 10 },
    sampling: { temperature: 0.7, repeats: 3, items: 5 },
  });

  function linesOfRun(): readonly ScoreLine[] {
    const random = seededRandom(11);
    const lines: ScoreLine[] = [];
    const result = (task: ResolvedTask): ItemResult => {
      const luck = random();
      if (luck < 0.05) return ERRORED;
      if (task.type === "multiple-choice") {
        const outcomes = ["right", "incorrect", "unparsed", "truncated", "letter-not-in-top-k"] as const;
        return graded(outcomes[Math.floor(random() * outcomes.length)] ?? "right");
      }
      const statistics = Array.from({ length: 10 }, () => Math.floor(random() * 20));
      return {
        kind: "generated",
        flaw: luck > 0.95 ? "truncated" : "none",
        scores: {
          bleu: scored(random(), statistics),
          rouge_l: luck > 0.9 ? { kind: "unscored", reason: `reason ${Math.floor(random() * 3)}` } : scored(random()),
          coherence: scored(random()),
          bertscore: scored(random()),
          output_length: scored(random()),
          exact_match: scored(luck > 0.5 ? 1 : 0),
        },
      };
    };
    for (const model of spec.models) {
      for (const { id } of model.variants) {
        lines.push(opened(id, "2026-03-14T15:00:00Z"));
        for (const task of tasks) {
          const entries = (index: number) => ({
            variant: id,
            ...(task.name === "quiz" ? { subject: `subject ${index % 5}` } : {}),
            ...(task.name === "writing" ? { group: `passage ${index % 8}` } : {}),
          });
          for (let index = 0; index < task.items; index += 1)
            lines.push(rowOf(task.name, index, result(task), entries(index)));
          if (id === model.baseline.variant)
            for (let index = 0; index < 10; index += 1)
              lines.push(rowOf(task.name, index, result(task), { ...entries(index), pass: "repeat" }));
          if (task.type === "generation")
            for (const pass of ["sample-1", "sample-2", "sample-3"] as const)
              for (let index = 0; index < 5; index += 1)
                lines.push(rowOf(task.name, index, result(task), { ...entries(index), pass }));
        }
      }
    }
    return lines;
  }

  function shuffled<T>(values: readonly T[], seed: number): readonly T[] {
    const random = seededRandom(seed);
    return values
      .map((value) => [random(), value] as const)
      .sort(([a], [b]) => a - b)
      .map(([, value]) => value);
  }

  it("has the same summary, byte for byte, whatever the order of its rows", async () => {
    const lines = linesOfRun();
    expect(lines.length).toBeGreaterThan(500);
    const text = JSON.stringify(await summaryOf(tasks, lines, manifestOf(spec)));
    for (const seed of [1, 2, 3]) {
      const again = await summaryOf(tasks, shuffled(lines, seed), manifestOf(spec));
      expect(JSON.stringify(again) === text, `order ${seed}`).toBe(true);
    }
    const backwards = await summaryOf(tasks, lines.toReversed(), manifestOf(spec));
    expect(JSON.stringify(backwards) === text).toBe(true);
  });

  it("has neither times nor hosts in its summary, and no number that JSON can't hold", async () => {
    const text = JSON.stringify(await summaryOf(tasks, linesOfRun(), manifestOf(spec)));
    for (const word of ["2026-03-14", "wallMs", "loadMs", "linux-x64", "/nowhere", "null"])
      expect(text).not.toContain(word);
  });

  it("compares each model's variants with that model's baseline, and the baseline with nothing", async () => {
    const summary = await summaryOf(tasks, linesOfRun(), manifestOf(spec));
    expect(summary.models.map(({ model, baseline }) => [model, baseline.variant])).toEqual([
      ["one", FP16],
      ["two", "two/Q8_0@fake"],
    ]);
    const variants = summary.models.flatMap((model) => model.variants);
    expect(variants.map(({ role, comparison }) => [role, comparison?.baseline])).toEqual([
      ["baseline", undefined],
      ["candidate", FP16],
      ["baseline", undefined],
      ["candidate", "two/Q8_0@fake"],
    ]);
    expect(summary.models.map(({ noise, sampling }) => [noise?.compared, sampling?.variants.length])).toEqual([
      [expect.any(Number), 2],
      [expect.any(Number), 2],
    ]);
  });

  it("says when both sides are the same weights", async () => {
    const same = { ...opened(Q2_K, "2026-03-14T16:00:00Z"), identity: opened(FP16, "").identity };
    const rows = rowsOf("quiz", { [FP16]: [right], [Q2_K]: [right] });
    const sameWeights = async (lines: readonly ScoreLine[]) =>
      variantOf(await summaryOf([quizTask({ items: 1 })], [...lines, ...rows]), Q2_K).comparison?.sameWeights;
    expect(await sameWeights([opened(FP16, "a"), same])).toBe(true);
    expect(await sameWeights([opened(FP16, "a"), opened(Q2_K, "b")])).toBe(false);
    // Nothing is known of either: that is not the same.
    expect(await sameWeights([])).toBe(false);
  });

  it("that has hardly begun is summed up all the same", async () => {
    const summary = await summaryOf(tasks, [], manifestOf(spec));
    expect(variantOf(summary, FP16).tasks.map((task) => task.missing.absent)).toEqual([40, 30, 25, 20]);
    expect(variantOf(summary, Q2_K).comparison?.accuracy["letter-logprob"]).toMatchObject({
      pairs: 0,
      estimate: { kind: "unavailable" },
    });
  });
});

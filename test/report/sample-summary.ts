import type {
  Accuracy,
  GenerationSummary,
  MetricSummary,
  ModelSummary,
  MultipleChoiceSummary,
  VariantSummary,
} from "../../src/analyze/summary.ts";
import { KEY_METRICS } from "../../src/score/metrics-by-kind.ts";
import { wilsonInterval } from "../../src/stats/wilson.ts";
import { comparison, nothingPaired, pairedAccuracy, pairedMean } from "./sample-comparison.ts";
import { GENERATION_TASKS, LADDER, type Step, SUBJECTS } from "./sample-ladder.ts";

export const NOT_SCORED = "the model file of roberta-large is not on this machine";
/** At this step BERTScore is missing, so that composite and key metric average are unscored. */
const UNSCORED_STEP = "Q3_K_S";
const PROTOCOL = "continuation-logprob";
const ITEMS_PER_TASK = 50;

/** A model's summary at all steps of the ladder; ids are `model/quantization@local`. */
export function sampleModel(model: string): ModelSummary {
  return {
    model,
    baseline: { variant: idOf(model, "FP16"), reason: "FP16 is the most precise quantization of this model" },
    variants: LADDER.map((step) => sampleVariant(model, step)),
    noise: { compared: 120, changedAnswers: 3, graded: 80, flips: 1, deterministic: false },
  };
}

export function idOf(model: string, quantization: string): string {
  return `${model}/${quantization}@local`;
}

function sampleVariant(model: string, step: Step): VariantSummary {
  const isBaseline = step.quantization === "FP16";
  const mmlu = choiceTask("mmlu-285", "mmlu", 300, 231, step.mmlu, SUBJECTS);
  const arc = choiceTask("arc-challenge", "arc-challenge", 200, 158, step.arc, []);
  const texts = GENERATION_TASKS.map((task) => generationTask(task, step));
  const metrics = pooledMetrics(texts);
  const unscored = step.quantization === UNSCORED_STEP;
  return {
    variant: idOf(model, step.quantization),
    model,
    quantization: step.quantization,
    backend: "local",
    role: isBaseline ? "baseline" : "candidate",
    weightsDigest: `sha256:${digest(step.quantization)}`,
    build: "llama.cpp b7406 via node-llama-cpp 3.22.1",
    metadata: {
      architecture: "llama",
      parameters: 1_235_814_432,
      layers: 16,
      heads: 32,
      keyValueHeads: 8,
      contextLength: 131_072,
      embeddingLength: 2048,
      vocabularySize: 128_256,
      fileBytes: step.fileBytes,
      bitsPerWeight: step.bitsPerWeight,
      quantization: step.quantization,
    },
    tasks: [mmlu, arc, ...texts],
    accuracy: { [PROTOCOL]: accuracy(correctOf(mmlu) + correctOf(arc), 500) },
    metrics,
    composite: aggregate(metrics, Object.keys(metrics)),
    keyMetricAverage: aggregate(metrics, KEY_METRICS),
    ...(isBaseline ? {} : { comparison: compareStep(model, step, unscored) }),
  };
}

function compareStep(model: string, step: Step, unscored: boolean) {
  const [mmlu, arc] = [pairedAccuracy(300, ...step.mmlu, "mmlu"), pairedAccuracy(200, ...step.arc, "arc")];
  const pooled = pairedAccuracy(500, step.mmlu[0] + step.arc[0], step.mmlu[1] + step.arc[1], "all");
  const changed = Math.min(750, 30 + Math.round(900 * Math.abs(step.generationLoss)) + pooled.lost + pooled.gained);
  return comparison(
    idOf(model, "FP16"),
    [
      { task: "mmlu-285", type: "multiple-choice", accuracy: mmlu },
      { task: "arc-challenge", type: "multiple-choice", accuracy: arc },
      ...GENERATION_TASKS.map(({ name, metrics }) => ({
        task: name,
        type: "generation" as const,
        metrics: Object.fromEntries(
          Object.entries(metrics).map(([metric, mean]) => [
            metric,
            pairedMean(ITEMS_PER_TASK, mean, step.generationLoss),
          ]),
        ),
      })),
    ],
    {
      accuracy: { [PROTOCOL]: pooled },
      metrics: Object.fromEntries(
        metricNames().map((metric) => [
          metric,
          unscored && metric === "bertscore"
            ? nothingPaired("no item was scored on both sides")
            : pairedMean(ITEMS_PER_TASK * declaring(metric).length, mean(declaring(metric)), step.generationLoss),
        ]),
      ),
      keyMetricAverage: unscored
        ? nothingPaired("no item was scored on both sides")
        : pairedMean(250, 0.742, step.generationLoss),
      changedAnswers: changed,
      comparedAnswers: 750,
    },
  );
}

function choiceTask(
  task: string,
  benchmark: string,
  items: number,
  baselineCorrect: number,
  [lost, gained]: readonly [number, number],
  subjects: readonly string[],
): MultipleChoiceSummary {
  const errored = lost > 100 ? 2 : 0;
  const scored = items - errored;
  const correct = baselineCorrect - lost + gained;
  const unparsed = lost > 100 ? 14 : 0;
  return {
    type: "multiple-choice",
    task,
    benchmark,
    protocol: PROTOCOL,
    primary: "acc",
    items,
    scored,
    wrong: { incorrect: scored - correct - unparsed, unparsed, empty: 0, truncated: 0 },
    missing: { errored, "letter-not-in-top-k": 0, absent: 0 },
    accuracy: accuracy(correct, scored),
    figures: { acc: accuracy(correct, scored), acc_norm: accuracy(correct + 4, scored) },
    chance: 0.25,
    subjects: subjects.map((subject, index) => ({
      subject,
      accuracy: accuracy(Math.min(50, Math.round(correct / subjects.length) + (index % 3) - 1), 50),
    })),
    tokens: { prompt: items * 131, completion: items * 18 },
  };
}

function generationTask(task: (typeof GENERATION_TASKS)[number], step: Step): GenerationSummary {
  const unscored = step.quantization === UNSCORED_STEP;
  const metrics = Object.entries(task.metrics).map(([metric, mean]): readonly [string, MetricSummary] => [
    metric,
    unscored && metric === "bertscore"
      ? { kind: "unscored", reason: NOT_SCORED, unscored: { [NOT_SCORED]: ITEMS_PER_TASK } }
      : metricSummary(metric, mean * (1 - step.generationLoss), ITEMS_PER_TASK),
  ]);
  return {
    type: "generation",
    task: task.name,
    kind: task.kind,
    items: ITEMS_PER_TASK,
    scored: ITEMS_PER_TASK,
    flawed: { empty: step.generationLoss > 0.2 ? 3 : 0, truncated: step.generationLoss > 0.2 ? 6 : 0 },
    missing: { errored: 0, absent: 0 },
    metrics: Object.fromEntries(metrics),
    corpus:
      task.kind === "code"
        ? [
            {
              name: "corpus_bleu",
              value: 0.402 * (1 - step.generationLoss),
              signature: "BLEU|refs:1|tok:13a|smooth:exp|v:1",
            },
          ]
        : [],
    tokens: { prompt: 9_120, completion: 2_310 },
  };
}

function pooledMetrics(tasks: readonly GenerationSummary[]): Readonly<Record<string, MetricSummary>> {
  return Object.fromEntries(
    metricNames().map((metric) => {
      const found = tasks.flatMap((task) => task.metrics[metric] ?? []);
      const missing = found.find((each) => each.kind === "unscored");
      const means = found.flatMap((each) => (each.kind === "scored" ? [each.mean] : []));
      return [metric, missing ?? metricSummary(metric, mean(means), ITEMS_PER_TASK * means.length)];
    }),
  );
}

function metricSummary(metric: string, value: number, items: number): MetricSummary {
  const width = 1.3 / items ** 0.5 / 5;
  return {
    kind: "scored",
    mean: value,
    items,
    lower: Math.max(0, value - width),
    upper: Math.min(1, value + width),
    method: "t 95 %",
    signature: `${metric}|v:1`,
    unscored: {},
  };
}

function aggregate(
  metrics: Readonly<Record<string, MetricSummary>>,
  names: readonly string[],
): VariantSummary["composite"] {
  const means: number[] = [];
  for (const name of names) {
    const metric = metrics[name];
    if (metric === undefined || metric.kind === "unscored") {
      return { kind: "unscored", reason: `${name} is unscored: ${metric?.reason ?? "not computed"}` };
    }
    means.push(metric.mean);
  }
  return { kind: "scored", value: mean(means), metrics: names };
}

function accuracy(correct: number, trials: number): Accuracy {
  const interval = wilsonInterval({ successes: correct, trials, confidence: 0.95 });
  return { kind: "scored", correct, trials, value: correct / trials, ...interval, method: "Wilson 95 %" };
}

function correctOf(task: MultipleChoiceSummary): number {
  return task.accuracy.kind === "scored" ? task.accuracy.correct : 0;
}

function metricNames(): readonly string[] {
  return [...new Set(GENERATION_TASKS.flatMap(({ metrics }) => Object.keys(metrics)))].sort();
}

function declaring(metric: string): readonly number[] {
  return GENERATION_TASKS.flatMap(({ metrics }) =>
    Object.entries(metrics).flatMap(([name, value]) => (name === metric ? [value] : [])),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function digest(name: string): string {
  return [...name]
    .map((letter) => letter.charCodeAt(0).toString(16))
    .join("")
    .padEnd(64, "3f9a")
    .slice(0, 64);
}

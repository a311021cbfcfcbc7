import { SINGLE_LOOK } from "../domain/deciding-level.ts";
import { KEY_METRICS } from "../score/metrics-by-kind.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import { mean, median } from "../stats/descriptive.ts";
import { tInterval } from "../stats/t-interval.ts";
import { wilsonInterval } from "../stats/wilson.ts";
import type { RunManifest } from "../store/manifest.ts";
import { keyMetricOf, pairTasks } from "./compare.ts";
import { type DifferenceEstimate, estimateDifference, pairMarks } from "./paired-accuracy.ts";
import { type PublishedResult, publishedResult } from "./published.ts";
import type { ComparedRun } from "./regression.ts";
import type { Summary, TaskSummary } from "./summary.ts";
import type { TaskScores } from "./task-scores.ts";

/** What is known of a variant's model and quantization from elsewhere: whether what it shows now is what it always showed. */
export interface ExpectedLoss {
  readonly variant: string;
  /** The published study's row, beside the loss from the newer run's own baseline. Absent: no such row, or the variant is the baseline. */
  readonly published?: PublishedExpectation;
  /** One for each task that earlier runs asked in the same way. */
  readonly earlier: readonly EarlierFigure[];
}

export interface PublishedExpectation {
  readonly result: PublishedResult;
  /** Accuracy against the newer run's own baseline, tasks pooled, with the 90 % interval. */
  readonly own: DifferenceEstimate;
  /** Whether the study's change lies in that interval, above it (so this run lost more), or below it. */
  readonly reading: "as published" | "more than published" | "less than published" | "not measured";
}

export interface EarlierFigure {
  readonly task: string;
  readonly metric: "accuracy" | "key_metric_average";
  /** In the newer run, with the descriptive 95 % interval. */
  readonly newer: number;
  readonly lower: number;
  readonly upper: number;
  readonly method: "Wilson 95 %" | "t 95 %";
  readonly items: number;
  readonly runs: readonly { readonly run: string; readonly value: number }[];
  /** The median of the earlier runs isn't above the interval: it is what this quantization has shown before. */
  readonly usual: boolean;
}

/** An earlier run, from its manifest and summary. */
export interface EarlierRun {
  readonly id: string;
  readonly manifest: RunManifest;
  readonly summary: Summary;
}

/** Looks up what was to be expected of a variant of the newer run. */
export function expectedLoss(
  variant: string,
  { manifest, scores }: ComparedRun,
  earlier: readonly EarlierRun[],
): ExpectedLoss {
  const published = publishedExpectation(variant, { manifest, scores });
  const figures = [...(scores.tasks.get(variant)?.values() ?? [])].flatMap((task) => {
    const own = figureOf(task);
    const runs = earlier.flatMap((run) => earlierValue(variant, task.task, manifest, run));
    if (own === undefined || runs.length === 0) return [];
    return [{ ...own, runs, usual: median(runs.map(({ value }) => value)) <= own.upper }];
  });
  return { variant, ...(published === undefined ? {} : { published }), earlier: figures };
}

function publishedExpectation(
  variant: string,
  { manifest, scores }: ComparedRun,
): ExpectedLoss["published"] | undefined {
  const model = manifest.spec.models.find((each) => each.variants.some(({ id }) => id === variant));
  const quantization = model?.variants.find(({ id }) => id === variant)?.quantization;
  if (model === undefined || quantization === undefined || model.baseline.variant === variant) return undefined;
  const result = publishedResult(model.name, quantization);
  if (result === undefined || result.tier === "baseline") return undefined;
  const own = lossFromBaseline(variant, model.baseline.variant, { scores });
  return { result, own, reading: readingOf(own, result.deltaPp / 100) };
}

function lossFromBaseline(
  variant: string,
  baseline: string,
  { scores }: Pick<ComparedRun, "scores">,
): DifferenceEstimate {
  const [before, after] = [scores.tasks.get(baseline), scores.tasks.get(variant)];
  const pairs = before === undefined || after === undefined ? [] : pairTasks(before, after);
  const [first] = pairs.flatMap(({ task }) => (task.type === "multiple-choice" ? [task.protocol] : []));
  // Protocols are never mixed in one number.
  const pooled = pairs.filter(({ task }) => task.type === "multiple-choice" && task.protocol === first);
  const marks = pooled
    .flatMap((pair) => pairMarks(pair.baseline, pair.candidate, pair.alignment))
    .filter((mark) => mark.baseline !== "missing" && mark.candidate !== "missing");
  return estimateDifference(marks, SINGLE_LOOK);
}

function readingOf(own: DifferenceEstimate, published: number): PublishedExpectation["reading"] {
  if (own.kind === "unavailable") return "not measured";
  if (own.upper < published) return "more than published";
  return own.lower > published ? "less than published" : "as published";
}

function figureOf(scores: TaskScores): Omit<EarlierFigure, "runs" | "usual"> | undefined {
  const task = scores.task.name;
  const positions = Array.from({ length: scores.task.items }, (_, index) => index);
  if (scores.task.type === "multiple-choice") {
    const marks = positions.map((index) => scores.mark(index)).filter((mark) => mark !== "missing");
    if (marks.length === 0) return undefined;
    const successes = marks.filter((mark) => mark === "right").length;
    const interval = wilsonInterval({ successes, trials: marks.length, confidence: 0.95 });
    const head = { task, metric: "accuracy", method: "Wilson 95 %", items: marks.length } as const;
    return { ...head, newer: successes / marks.length, ...interval };
  }
  const values = positions.flatMap((index) => keyMetricOf(scores, index) ?? []);
  if (values.length < 2) return undefined;
  const { lower, upper } = tInterval(values, { confidence: 0.95 });
  const head = { task, metric: "key_metric_average", method: "t 95 %", items: values.length } as const;
  return { ...head, newer: mean(values), lower, upper };
}

/** The same figure of an earlier run, when it asked the same items by the same template and scored them by the same signatures. */
function earlierValue(
  variant: string,
  task: ResolvedTask,
  newer: RunManifest,
  { id, manifest, summary }: EarlierRun,
): readonly { readonly run: string; readonly value: number }[] {
  const [now, then] = [newer, manifest].map((each) => each.tasks.find((facts) => facts.task === task.name));
  const signatures = [newer, manifest].map((each) => JSON.stringify(each.signatures[task.name] ?? {}));
  if (now === undefined || then === undefined || signatures[0] !== signatures[1]) return [];
  const alike =
    now.datasetSha256 === then.datasetSha256 &&
    now.templateSha256 === then.templateSha256 &&
    now.items === then.items &&
    now.sample?.idsSha256 === then.sample?.idsSha256;
  const sought = newer.spec.models.flatMap((model) => model.variants).find((each) => each.id === variant);
  const found = summary.models
    .flatMap((model) => model.variants)
    .find((each) => each.model === sought?.model && each.quantization === sought.quantization);
  const value = found?.tasks.find((each) => each.task === task.name);
  const figure = alike && value !== undefined && asksAlike(value, task) ? summaryValue(value) : undefined;
  return figure === undefined ? [] : [{ run: id, value: figure }];
}

function asksAlike(then: TaskSummary, now: ResolvedTask): boolean {
  if (then.type === "generation" || now.type === "generation") return then.type === now.type;
  return then.protocol === now.protocol && then.primary === now.primary;
}

function summaryValue(task: TaskSummary): number | undefined {
  if (task.type === "multiple-choice") return task.accuracy.kind === "scored" ? task.accuracy.value : undefined;
  const keys = KEY_METRICS.flatMap((metric) => task.metrics[metric] ?? []);
  const means = keys.flatMap((metric) => (metric.kind === "scored" ? [metric.mean] : []));
  return means.length === 0 || means.length < keys.length ? undefined : mean(means);
}

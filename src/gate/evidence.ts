import { keyMetricOf, type PairedTask, type VariantScores } from "../analyze/compare.ts";
import type { VariantSummary } from "../analyze/summary.ts";
import type { TaskScores } from "../analyze/task-scores.ts";
import type { MissingItems, ScoreReader } from "../analyze/worst-case.ts";
import type { DecidingLevel } from "../domain/deciding-level.ts";
import type { Quantization } from "../domain/quantization.ts";
import type { ModelMetadata } from "../domain/record.ts";
import { KEY_METRICS, metricsOf } from "../score/metrics-by-kind.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import type { TaskFacts } from "../store/manifest.ts";

/** What weights are called, and what is told of them. */
export interface Labelled {
  readonly quantization: Quantization;
  /** The spec's word for the type where a label of its own names the variant. */
  readonly labelledOver?: Quantization;
  readonly metadata: ModelMetadata;
}

/** What rules may look at when they check one variant: that variant and its baseline, never another one. */
export interface Evidence {
  readonly variant: VariantSummary;
  readonly labelled: Labelled;
  readonly scores: VariantScores;
  readonly facts: ReadonlyMap<string, TaskFacts>;
  readonly seed: number;
  /** Name of the encoder that BERTScore was computed with. */
  readonly encoder: string;
  readonly level: DecidingLevel;
  /** Why the result is exploratory; absent: it isn't. */
  readonly exploratory?: string;
  /** Why the run is degraded; empty: it isn't; absent: nobody has looked. */
  readonly degraded?: readonly string[];
  /** Absent for a baseline: rules that compare don't apply to it. */
  readonly comparison?: Comparison;
}

export interface Comparison {
  /** How the baseline is called in a rule, e.g. `FP16`. */
  readonly baseline: string;
  /** Absent where the baseline isn't part of the run. */
  readonly labelled?: Labelled;
  readonly scores: VariantScores;
  /** By task name; a task that one side lacks has none. */
  readonly pairs: ReadonlyMap<string, PairedTask>;
  /** Why the comparison is no evidence: both sides are the same weights. */
  readonly sameWeights?: string;
  /** What else differs between the two sides and may be what the difference comes from. */
  readonly confounder?: string;
}

/** Name of each item's mean over the key metrics that its task declares. */
export const KEY_METRIC_AVERAGE = "key_metric_average";

/** A metric's name as a sentence has it. */
export function metricWords(metric: string): string {
  return metric === KEY_METRIC_AVERAGE ? "key metric average" : metric;
}

/** The metrics of a task that a figure is computed from, by the task's plan; none when the task doesn't count for it. */
export function componentsOf(
  figure: string,
  task: ResolvedTask,
  facts: ReadonlyMap<string, TaskFacts>,
): readonly string[] {
  if (task.type !== "generation") return [];
  if (task.imported !== undefined)
    return figure === KEY_METRIC_AVERAGE || figure === task.imported.metric ? [task.imported.metric] : [];
  const references = (facts.get(task.name)?.itemsWithReferences ?? task.items) > 0;
  if (figure === "composite") return metricsOf(task.kind, { references });
  const planned = metricsOf(task.kind, { references, own: task.ownMetrics });
  if (figure === KEY_METRIC_AVERAGE) return KEY_METRICS.filter((metric) => planned.includes(metric));
  return planned.filter((metric) => metric === figure);
}

/** Reads an item's score by a metric, or its mean over the key metrics. */
export function readerOf(metric: string): ScoreReader {
  return metric === KEY_METRIC_AVERAGE ? keyMetricOf : (scores, index) => scores.value(metric, index);
}

/** The tasks of one variant. */
export function tasksOf(scores: VariantScores): readonly ResolvedTask[] {
  return [...scores.values()].map(({ task }) => task);
}

/** Tasks of either side of a comparison: one that only one side has must not go unnoticed. */
export function tasksOfBoth(scores: VariantScores, comparison: Comparison): readonly ResolvedTask[] {
  const baselineOnly = tasksOf(comparison.scores).filter((task) => !scores.has(task.name));
  return [...tasksOf(scores), ...baselineOnly];
}

/** The pairs of some tasks, or why one of the tasks can't be compared. */
export function pairsOf(
  tasks: readonly ResolvedTask[],
  { pairs }: Comparison,
): { readonly pairs: readonly PairedTask[]; readonly problem?: string } {
  const found = tasks.flatMap((task) => pairs.get(task.name) ?? []);
  const lacking = tasks.find((task) => !pairs.has(task.name));
  if (lacking === undefined) return { pairs: found };
  return { pairs: found, problem: `task ${lacking.name} is on one side of the comparison only` };
}

/** Why a figure can't be computed from some tasks: one of its metrics has no score on one of them. */
export function whyUnscored(
  tasks: readonly TaskScores[],
  components: (task: ResolvedTask) => readonly string[],
): string | undefined {
  for (const scores of tasks) {
    const metric = components(scores.task).find((each) => !hasScore(scores, each));
    if (metric === undefined) continue;
    const [reason] = Object.keys(scores.unscored(metric));
    return `${scores.task.name} has no score by ${metric} (${reason ?? "no item was answered"})`;
  }
  return undefined;
}

/** How many more values there are when missing items are counted. */
export function countMissing(collect: (missing: MissingItems) => readonly unknown[]): number {
  return collect("against").length - collect("left-out").length;
}

function hasScore(scores: TaskScores, metric: string): boolean {
  for (let index = 0; index < scores.task.items; index += 1) if (scores.value(metric, index) !== undefined) return true;
  return false;
}

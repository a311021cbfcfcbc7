import type { Protocol } from "../domain/protocol.ts";
import { KEY_METRICS } from "../score/metrics-by-kind.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import { type Alignment, alignItems } from "./align.ts";
import { groupOf } from "./group-of.ts";
import {
  comparePairedAccuracy,
  type EstimateOptions,
  type PairedAccuracy,
  type PairedMark,
  pairMarks,
} from "./paired-accuracy.ts";
import { comparePairedMean, type PairedMean, type PairedValue } from "./paired-mean.ts";
import type { TaskScores } from "./task-scores.ts";

/** A variant against its baseline, on the items both were asked. */
export interface VariantComparison {
  readonly baseline: string;
  /** Equal digests are the same weights: the comparison is then no evidence of anything. */
  readonly sameWeights: boolean;
  readonly tasks: readonly TaskComparison[];
  /** Items pooled over the multiple-choice tasks of one protocol. */
  readonly accuracy: Readonly<Partial<Record<Protocol, PairedAccuracy>>>;
  /** Each generation metric, pooled over the items of the tasks that declare it. */
  readonly metrics: Readonly<Record<string, PairedMean>>;
  /** Item means over the key metrics that the item's task declares, pooled over the generation tasks. */
  readonly keyMetricAverage: PairedMean;
  /** Answers whose bytes differ. */
  readonly changedAnswers: number;
  readonly comparedAnswers: number;
}

export type TaskComparison =
  | { readonly task: string; readonly type: "multiple-choice"; readonly accuracy: PairedAccuracy }
  | { readonly task: string; readonly type: "generation"; readonly metrics: Readonly<Record<string, PairedMean>> };

/** The scores of one variant, by task name. */
export type VariantScores = ReadonlyMap<string, TaskScores>;

/** Pairs of all tasks that both sides have, kept for the tests that a policy asks for. */
export interface PairedTask {
  readonly task: ResolvedTask;
  readonly baseline: TaskScores;
  readonly candidate: TaskScores;
  readonly alignment: Alignment;
}

/** Tasks that both variants have, items aligned. */
export function pairTasks(baseline: VariantScores, candidate: VariantScores): readonly PairedTask[] {
  const pairs: PairedTask[] = [];
  for (const [name, ours] of baseline) {
    const theirs = candidate.get(name);
    if (theirs !== undefined && theirs.task.type === ours.task.type) {
      pairs.push({ task: ours.task, baseline: ours, candidate: theirs, alignment: alignItems(ours, theirs) });
    }
  }
  return pairs;
}

export function compareVariants(
  baselineId: string,
  pairs: readonly PairedTask[],
  { sameWeights, ...options }: EstimateOptions & { readonly sameWeights: boolean },
): VariantComparison {
  const { changed, compared } = countChangedAnswers(pairs);
  return {
    baseline: baselineId,
    sameWeights,
    tasks: pairs.map((pair) => compareTask(pair, options)),
    accuracy: pooledAccuracy(pairs, options),
    metrics: Object.fromEntries(
      metricNames(pairs).map((metric) => [metric, comparePairedMean(metricPairs(pairs, metric), options)]),
    ),
    keyMetricAverage: comparePairedMean(keyMetricPairs(pairs), options),
    changedAnswers: changed,
    comparedAnswers: compared,
  };
}

/** An item's mean over the key metrics its task declares; undefined when one of them has no score. */
export function keyMetricOf(scores: TaskScores, index: number): number | undefined {
  const { imported } = scores.task;
  if (imported !== undefined) return scores.value(imported.metric, index);
  const declared = KEY_METRICS.filter((metric) => scores.metrics().includes(metric));
  if (declared.length === 0) return undefined;
  let sum = 0;
  for (const metric of declared) {
    const value = scores.value(metric, index);
    if (value === undefined) return undefined;
    sum += value;
  }
  return sum / declared.length;
}

/** Paired key metric averages over all generation tasks. */
export function keyMetricPairs(pairs: readonly PairedTask[]): readonly PairedValue[] {
  return generationOnly(pairs)
    .filter(({ task }) => task.watched !== true)
    .flatMap((pair) => valuesOf(pair, keyMetricOf));
}

/** Paired scores by one metric over all generation tasks that declare it. */
export function metricPairs(pairs: readonly PairedTask[], metric: string): readonly PairedValue[] {
  return generationOnly(pairs)
    .filter((pair) => pair.baseline.metrics().includes(metric) || pair.candidate.metrics().includes(metric))
    .flatMap((pair) => valuesOf(pair, (scores, index) => scores.value(metric, index)));
}

function compareTask(pair: PairedTask, options: EstimateOptions): TaskComparison {
  if (pair.task.type === "multiple-choice") {
    const accuracy = comparePairedAccuracy(
      pairMarks(pair.baseline, pair.candidate, pair.alignment),
      pair.alignment,
      options,
    );
    return { task: pair.task.name, type: "multiple-choice", accuracy };
  }
  const metrics = metricNames([pair]).map(
    (metric) => [metric, comparePairedMean(metricPairs([pair], metric), options)] as const,
  );
  return { task: pair.task.name, type: "generation", metrics: Object.fromEntries(metrics) };
}

function pooledAccuracy(pairs: readonly PairedTask[], options: EstimateOptions): VariantComparison["accuracy"] {
  const byProtocol = new Map<Protocol, { marks: PairedMark[]; unmatched: number; differentPrompt: number }>();
  for (const pair of pairs) {
    if (pair.task.type !== "multiple-choice") continue;
    const pool = byProtocol.get(pair.task.protocol) ?? { marks: [], unmatched: 0, differentPrompt: 0 };
    for (const mark of pairMarks(pair.baseline, pair.candidate, pair.alignment)) pool.marks.push(mark);
    pool.unmatched += pair.alignment.unmatched;
    pool.differentPrompt += pair.alignment.differentPrompt;
    byProtocol.set(pair.task.protocol, pool);
  }
  return Object.fromEntries(
    [...byProtocol].map(([protocol, pool]) => [protocol, comparePairedAccuracy(pool.marks, pool, options)]),
  );
}

function countChangedAnswers(pairs: readonly PairedTask[]): { readonly changed: number; readonly compared: number } {
  let changed = 0;
  let compared = 0;
  for (const { baseline, candidate, alignment } of pairs) {
    for (const [left, right] of alignment.pairs) {
      const [before, after] = [baseline.answerHash(left), candidate.answerHash(right)];
      if (before === 0n || after === 0n) continue;
      compared += 1;
      if (before !== after) changed += 1;
    }
  }
  return { changed, compared };
}

function valuesOf(
  pair: PairedTask,
  readValue: (scores: TaskScores, index: number) => number | undefined,
): readonly PairedValue[] {
  return pair.alignment.pairs.map(([left, right]) => ({
    item: pair.baseline.items.ids[left] ?? String(left),
    baseline: readValue(pair.baseline, left),
    candidate: readValue(pair.candidate, right),
    group: groupOf(pair.baseline, pair.candidate, left, right),
  }));
}

function metricNames(pairs: readonly PairedTask[]): readonly string[] {
  return [
    ...new Set(generationOnly(pairs).flatMap((pair) => [...pair.baseline.metrics(), ...pair.candidate.metrics()])),
  ].sort();
}

function generationOnly(pairs: readonly PairedTask[]): readonly PairedTask[] {
  return pairs.filter((pair) => pair.task.type === "generation");
}

import { KEY_METRICS } from "../score/metrics-by-kind.ts";
import { type Alignment, alignItems } from "./align.ts";
import { keyMetricOf } from "./compare.ts";
import { groupOf } from "./group-of.ts";
import {
  type MetricChange,
  pairedAccuracyChange,
  pairedMeanChange,
  unpairedAccuracyChange,
  unpairedMeanChange,
} from "./metric-change.ts";
import { pairMarks } from "./paired-accuracy.ts";
import type { TaskScores } from "./task-scores.ts";

/** Losses that may not be exceeded. */
export interface Margins {
  /** Of accuracy, in percentage points. */
  readonly accuracyPp: number;
  /** Of a generation metric, in percent of the reference's mean. */
  readonly generationPercent: number;
}

/** Where a policy says nothing. */
export const DEFAULT_MARGINS: Margins = { accuracyPp: 3, generationPercent: 3 };

/** How one task changed for one variant. */
export interface TaskChange {
  readonly task: string;
  readonly type: "multiple-choice" | "generation";
  /** Items that both runs asked in the same words. */
  readonly pairs: number;
  readonly unmatched: number;
  readonly differentPrompt: number;
  /** Items without an answer that counts. */
  readonly missing: { readonly reference: number; readonly newer: number };
  /**
   * What decides: accuracy, or the key metric average; where that can't be computed in both runs the key metrics that can, else the other
   * metrics. Empty: nothing could be compared.
   */
  readonly primary: readonly MetricChange[];
  readonly others: readonly MetricChange[];
  /** What was left out, and why. */
  readonly notCompared: readonly string[];
}

export interface TaskChangeOptions {
  readonly margins: Margins;
  readonly unpaired: boolean;
  readonly seed: number;
  /** Signatures of the task's metrics in the two runs. */
  readonly signatures: readonly [reference: Readonly<Record<string, string>>, newer: Readonly<Record<string, string>>];
}

/** Why two tasks of one name can't be compared at all. */
export function whyIncomparable({ task: before }: TaskScores, { task: after }: TaskScores): string | undefined {
  if (before.type === "generation" && after.type === "generation") return undefined;
  if (before.type === "generation" || after.type === "generation")
    return `it was a ${before.type} task and is a ${after.type} task`;
  if (before.protocol !== after.protocol)
    return `it was asked by ${before.protocol} and is by ${after.protocol}, which are never mixed`;
  return before.primary === after.primary
    ? undefined
    : `its primary figure was ${before.primary} and is ${after.primary}`;
}

/** Compares one task of two runs, item by item where the items are the same. Throws nothing: what can't be compared is told. */
export function changeOfTask(reference: TaskScores, newer: TaskScores, options: TaskChangeOptions): TaskChange {
  const alignment = alignItems(reference, newer);
  const sides = { reference, newer, alignment, paired: !options.unpaired && alignment.pairs.length > 0 };
  const { primary, others, notCompared } =
    reference.task.type === "multiple-choice" ? accuracyOf(sides, options) : metricsOf(sides, options);
  const empty = [
    ...(isEmpty(reference) ? ["no item was answered in the reference run"] : []),
    ...(isEmpty(newer) ? ["no item was answered in the newer run"] : []),
  ];
  return {
    task: newer.task.name,
    type: newer.task.type,
    pairs: alignment.pairs.length,
    unmatched: alignment.unmatched,
    differentPrompt: alignment.differentPrompt,
    missing: { reference: missingIn(reference), newer: missingIn(newer) },
    primary,
    others,
    notCompared: primary.length === 0 && empty.length > 0 ? empty : notCompared,
  };
}

interface Sides {
  readonly reference: TaskScores;
  readonly newer: TaskScores;
  readonly alignment: Alignment;
  readonly paired: boolean;
}

interface Metrics {
  readonly primary: readonly MetricChange[];
  readonly others: readonly MetricChange[];
  readonly notCompared: readonly string[];
}

function accuracyOf({ reference, newer, alignment, paired }: Sides, { margins }: TaskChangeOptions): Metrics {
  const margin = margins.accuracyPp / 100;
  const change = paired
    ? pairedAccuracyChange(pairMarks(reference, newer, alignment), { margin })
    : unpairedAccuracyChange(ownMarks(reference), ownMarks(newer), { margin });
  return change === undefined
    ? { primary: [], others: [], notCompared: ["no item was answered in both runs"] }
    : { primary: [change], others: [], notCompared: [] };
}

function metricsOf(sides: Sides, { margins, seed, signatures }: TaskChangeOptions): Metrics {
  const { reference, newer } = sides;
  const percent = margins.generationPercent;
  const change = (metric: string, read: (scores: TaskScores, index: number) => number | undefined) =>
    sides.paired
      ? pairedMeanChange(metric, pairedValues(sides, read), { percent, seed })
      : unpairedMeanChange(metric, ownValues(reference, read), ownValues(newer, read), { percent });

  const names = [...new Set([...reference.metrics(), ...newer.metrics()])].sort();
  const otherSignature = names.filter((name) => signatures[0][name] !== signatures[1][name]);
  const metrics = names
    .filter((name) => !otherSignature.includes(name))
    .flatMap((name) => change(name, (scores, index) => scores.value(name, index)) ?? []);
  const keys = [reference, newer].map((scores) => KEY_METRICS.filter((name) => scores.metrics().includes(name)));
  const sameKeys = keys[0]?.join() === keys[1]?.join() && !keys[0]?.some((name) => otherSignature.includes(name));
  const average = sameKeys ? change("key_metric_average", keyMetricOf) : undefined;
  const scoredKeys = metrics.filter(({ metric }) => KEY_METRICS.some((name) => name === metric));
  const primary = average !== undefined ? [average] : scoredKeys.length > 0 ? scoredKeys : metrics;
  return {
    primary,
    others: metrics.filter((metric) => !primary.includes(metric)),
    notCompared: otherSignature.map((name) => `${name} was computed by another recipe`),
  };
}

function pairedValues(
  { reference, newer, alignment }: Sides,
  read: (scores: TaskScores, index: number) => number | undefined,
) {
  return alignment.pairs.map(([left, right]) => ({
    item: reference.items.ids[left] ?? String(left),
    baseline: read(reference, left),
    candidate: read(newer, right),
    group: groupOf(reference, newer, left, right),
  }));
}

function ownValues(
  scores: TaskScores,
  read: (scores: TaskScores, index: number) => number | undefined,
): readonly number[] {
  return positions(scores).flatMap((index) => read(scores, index) ?? []);
}

function ownMarks(scores: TaskScores): readonly number[] {
  return positions(scores).flatMap((index) => {
    const mark = scores.mark(index);
    return mark === "missing" ? [] : [Number(mark === "right")];
  });
}

function missingIn(scores: TaskScores): number {
  return scores.count("absent") + scores.count("errored") + scores.count("letter-not-in-top-k");
}

function isEmpty(scores: TaskScores): boolean {
  return missingIn(scores) === scores.task.items;
}

function positions(scores: TaskScores): readonly number[] {
  return Array.from({ length: scores.task.items }, (_, index) => index);
}

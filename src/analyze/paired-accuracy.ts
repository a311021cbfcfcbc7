import type { DecidingLevel } from "../domain/deciding-level.ts";
import { bootstrapInterval } from "../stats/bootstrap.ts";
import { clusterRobustStandardError } from "../stats/cluster-robust.ts";
import { mcnemar } from "../stats/mcnemar.ts";
import { seededRandom } from "../stats/random.ts";
import { tangoInterval } from "../stats/tango.ts";
import type { Alignment } from "./align.ts";
import { clusterLabels, groupOf } from "./group-of.ts";
import type { TaskScores } from "./task-scores.ts";

const CLUSTER_DRAWS = 10_000;

export interface EstimateOptions {
  /** Of resampling. */
  readonly seed: number;
  readonly level: DecidingLevel;
}

/** Answers of a variant and its baseline to the same multiple-choice items. Differences are proportions, candidate − baseline. */
export interface PairedAccuracy {
  /** Items marked right or wrong on both sides. */
  readonly pairs: number;
  /** Wrong on the baseline, right on the variant. */
  readonly gained: number;
  /** Right on the baseline, wrong on the variant. */
  readonly lost: number;
  readonly missing: { readonly baseline: number; readonly candidate: number };
  readonly unmatched: number;
  readonly differentPrompt: number;
  readonly estimate: DifferenceEstimate;
  readonly mcnemar: { readonly exact: number; readonly midP: number };
  /** Standard error with subjects as clusters: a sensitivity figure. Absent with fewer than two subjects. */
  readonly subjectRobustStandardError?: number;
  readonly gainedItems: readonly string[];
  readonly lostItems: readonly string[];
}

type IntervalMethod =
  | "Tango score"
  | "Tango score over groups"
  | "cluster bootstrap (BCa)"
  | "betting"
  | "Newcombe"
  | "Welch t";

export type DifferenceEstimate =
  | {
      readonly kind: "estimated";
      readonly difference: number;
      /** The interval that decides, at the level that `method` names: 90 % unless several looks were declared. */
      readonly lower: number;
      readonly upper: number;
      readonly method: `${IntervalMethod} ${DecidingLevel["label"]}`;
    }
  | { readonly kind: "unavailable"; readonly reason: string };

/** One aligned pair of one task. */
export interface PairedMark {
  readonly item: string;
  readonly baseline: "right" | "wrong" | "missing";
  readonly candidate: "right" | "wrong" | "missing";
  readonly subject: string | undefined;
  readonly group: string | undefined;
}

/** The marks of both sides, item by item. */
export function pairMarks(baseline: TaskScores, candidate: TaskScores, alignment: Alignment): readonly PairedMark[] {
  return alignment.pairs.map(([left, right]) => ({
    item: baseline.items.ids[left] ?? candidate.items.ids[right] ?? String(left),
    baseline: baseline.mark(left),
    candidate: candidate.mark(right),
    subject: baseline.items.subjects[left] ?? candidate.items.subjects[right],
    group: groupOf(baseline, candidate, left, right),
  }));
}

/** Compares paired marks. Items of one group are one cluster: where there are groups, the cluster bootstrap decides. */
export function comparePairedAccuracy(
  marks: readonly PairedMark[],
  alignment: Pick<Alignment, "unmatched" | "differentPrompt">,
  options: EstimateOptions,
): PairedAccuracy {
  const both = marks.filter((mark) => mark.baseline !== "missing" && mark.candidate !== "missing");
  const gainedItems = both
    .filter((mark) => mark.baseline === "wrong" && mark.candidate === "right")
    .map((mark) => mark.item);
  const lostItems = both
    .filter((mark) => mark.baseline === "right" && mark.candidate === "wrong")
    .map((mark) => mark.item);
  const [gained, lost] = [gainedItems.length, lostItems.length];
  const robust = subjectRobust(both);
  const { exact, midP } = mcnemar({ gained, lost });
  return {
    pairs: both.length,
    gained,
    lost,
    missing: {
      baseline: marks.filter((mark) => mark.baseline === "missing").length,
      candidate: marks.filter((mark) => mark.candidate === "missing").length,
    },
    unmatched: alignment.unmatched,
    differentPrompt: alignment.differentPrompt,
    estimate: estimateDifference(both, options),
    mcnemar: { exact, midP },
    ...(robust === undefined ? {} : { subjectRobustStandardError: robust }),
    gainedItems,
    lostItems,
  };
}

/**
 * The difference with the interval that decides, from pairs that are right or wrong on both sides. Where items share groups it is the
 * cluster bootstrap; where nothing changed that would promise certainty, so the score interval is taken with one pair a group.
 */
export function estimateDifference(
  pairs: readonly PairedMark[],
  { seed, level: { confidence, label } }: EstimateOptions,
): DifferenceEstimate {
  if (pairs.length === 0) return { kind: "unavailable", reason: "no item was answered on both sides" };
  const differences = pairs.map(differenceOf);
  const gained = differences.filter((value) => value > 0).length;
  const lost = differences.filter((value) => value < 0).length;
  const clusters = clusterLabels(pairs.map((pair) => pair.group));
  if (clusters === undefined) {
    const interval = tangoInterval({ gained, lost, pairs: pairs.length, confidence });
    return { kind: "estimated", ...interval, method: `Tango score ${label}` };
  }
  const groups = new Set(clusters).size;
  if (groups < 2) return { kind: "unavailable", reason: "all items are of one group, so groups can't be compared" };
  if (gained + lost === 0) {
    const interval = tangoInterval({ gained, lost, pairs: groups, confidence });
    return { kind: "estimated", ...interval, method: `Tango score over groups ${label}` };
  }
  const interval = bootstrapInterval(differences, {
    draws: CLUSTER_DRAWS,
    rng: seededRandom(seed),
    method: "bca",
    confidence,
    clusters,
  });
  return {
    kind: "estimated",
    difference: (gained - lost) / pairs.length,
    ...interval,
    method: `cluster bootstrap (BCa) ${label}`,
  };
}

function differenceOf(mark: PairedMark): number {
  return Number(mark.candidate === "right") - Number(mark.baseline === "right");
}

function subjectRobust(pairs: readonly PairedMark[]): number | undefined {
  const subjects = pairs.map((pair) => pair.subject ?? "");
  if (new Set(subjects).size < 2) return undefined;
  return clusterRobustStandardError(pairs.map(differenceOf), subjects);
}

import type { DecidingLevel } from "../domain/deciding-level.ts";
import { bootstrapInterval } from "../stats/bootstrap.ts";
import { clusterRobustStandardError } from "../stats/cluster-robust.ts";
import type { Interval } from "../stats/interval.ts";
import { mcnemar } from "../stats/mcnemar.ts";
import { seededRandom } from "../stats/random.ts";
import { tangoInterval } from "../stats/tango.ts";
import type { Alignment } from "./align.ts";
import { bettingSide } from "./betting-side.ts";
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
  /** At the same level, beside the interval that decides, where items share groups; absent with fewer than two groups. */
  readonly clusterBootstrap?: Interval;
  readonly mcnemar: { readonly exact: number; readonly midP: number };
  /** Standard error with subjects as clusters: a sensitivity figure. Absent with fewer than two subjects. */
  readonly subjectRobustStandardError?: number;
  readonly gainedItems: readonly string[];
  readonly lostItems: readonly string[];
}

type IntervalMethod = "Tango score" | "betting" | "betting over groups" | "Newcombe" | "Welch t";

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

/** Compares paired marks. Items of one group count as one observation; there the cluster bootstrap stands beside the interval that decides. */
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
  const bootstrap = clusterBootstrap(both, options);
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
    estimate: estimateDifference(both, options.level),
    ...(bootstrap === undefined ? {} : { clusterBootstrap: bootstrap }),
    mcnemar: { exact, midP },
    ...(robust === undefined ? {} : { subjectRobustStandardError: robust }),
    gainedItems,
    lostItems,
  };
}

/**
 * The difference with the interval that decides, from pairs that are right or wrong on both sides: Tango's score interval; where items share
 * groups the betting interval over the groups' totals, which holds for any number of groups.
 */
export function estimateDifference(pairs: readonly PairedMark[], level: DecidingLevel): DifferenceEstimate {
  if (pairs.length === 0) return { kind: "unavailable", reason: "no item was answered on both sides" };
  const { confidence, label } = level;
  const differences = pairs.map(differenceOf);
  const groups = pairs.map((pair) => pair.group);
  const gained = differences.filter((value) => value > 0).length;
  const lost = differences.filter((value) => value < 0).length;
  if (clusterLabels(groups) === undefined) {
    const interval = tangoInterval({ gained, lost, pairs: pairs.length, confidence });
    return { kind: "estimated", ...interval, method: `Tango score ${label}` };
  }
  const { interval } = bettingSide(differences, groups, { lower: -1, upper: 1 }, level);
  return {
    kind: "estimated",
    difference: (gained - lost) / pairs.length,
    lower: Math.max(-1, interval.lower),
    upper: Math.min(1, interval.upper),
    method: `betting over groups ${label}`,
  };
}

/** BCa interval of the difference over groups; none where no items share one, or there is only one. */
function clusterBootstrap(
  pairs: readonly PairedMark[],
  { seed, level: { confidence } }: EstimateOptions,
): Interval | undefined {
  const clusters = clusterLabels(pairs.map((pair) => pair.group));
  if (clusters === undefined || new Set(clusters).size < 2) return undefined;
  const rng = seededRandom(seed);
  return bootstrapInterval(pairs.map(differenceOf), { draws: CLUSTER_DRAWS, rng, method: "bca", confidence, clusters });
}

/** +1 for a gained answer, −1 for a lost one. */
export function differenceOf(mark: PairedMark): number {
  return Number(mark.candidate === "right") - Number(mark.baseline === "right");
}

function subjectRobust(pairs: readonly PairedMark[]): number | undefined {
  const subjects = pairs.map((pair) => pair.subject ?? "");
  if (new Set(subjects).size < 2) return undefined;
  return clusterRobustStandardError(pairs.map(differenceOf), subjects);
}

import { SINGLE_LOOK } from "../domain/deciding-level.ts";
import { boundedMeanInterval, boundedMeanTest } from "../stats/bounded-mean.ts";
import { mean, sampleVariance } from "../stats/descriptive.ts";
import { tQuantile } from "../stats/distributions.ts";
import { cohensD, cohensDz } from "../stats/effect-size.ts";
import { mcnemar } from "../stats/mcnemar.ts";
import { newcombeInterval } from "../stats/newcombe.ts";
import { welchTTest } from "../stats/welch.ts";
import { clusterLabels } from "./group-of.ts";
import { groupTotals } from "./group-totals.ts";
import { type DifferenceEstimate, estimateDifference, type PairedMark } from "./paired-accuracy.ts";
import { comparePairedMean, type PairedValue, scoredPairs } from "./paired-mean.ts";

/** How one metric of one task changed from a reference run to a newer one. Means lie in [0, 1]; differences are newer − reference. */
export interface MetricChange {
  /** `accuracy`, `key_metric_average`, or a metric's name. */
  readonly metric: string;
  /** `unpaired`: the items differ, or it was asked for; the spread between items then counts in full. */
  readonly design: "paired" | "unpaired";
  /** Items behind each mean; of a paired comparison both are the pairs. */
  readonly items: { readonly reference: number; readonly newer: number };
  readonly referenceMean: number;
  readonly newerMean: number;
  /** With the 90 % interval. */
  readonly estimate: DifferenceEstimate;
  readonly effect: EffectSize;
  readonly test: DifferenceTest;
  /** The whole 90 % interval lies below −margin. */
  readonly beyondMargin: boolean;
}

/** Cohen's d: d_z of paired scores, d in pooled standard deviations of unpaired ones. */
export type EffectSize =
  | { readonly kind: "estimated"; readonly d: number; readonly of: "d_z (paired)" | "d (unpaired)" }
  /** Every score changed by the same amount: a difference without any spread. */
  | { readonly kind: "unbounded"; readonly sign: -1 | 1 }
  | { readonly kind: "unavailable"; readonly reason: string };

/** Test of no difference, two-sided. */
export type DifferenceTest =
  | {
      readonly kind: "tested";
      readonly method: "McNemar exact" | "betting" | "betting over groups" | "Welch t";
      readonly p: number;
    }
  | { readonly kind: "untested"; readonly reason: string };

/** A d beyond this is that of equal differences, whose rounding errors pass for a spread. */
const UNBOUNDED = 1e6;

const TOO_FEW: { readonly kind: "unavailable"; readonly reason: string } = {
  kind: "unavailable",
  reason: "fewer than two items",
};

/**
 * Accuracy on the same items, from pairs that are right or wrong on both sides: Tango's score interval (where items are grouped the
 * betting interval over groups), McNemar's exact test (where items are grouped the betting test over groups), d_z. `margin` is a proportion.
 */
export function pairedAccuracyChange(
  marks: readonly PairedMark[],
  { margin }: { readonly margin: number },
): MetricChange | undefined {
  const both = marks.filter((mark) => mark.baseline !== "missing" && mark.candidate !== "missing");
  if (both.length === 0) return undefined;
  const reference = both.map((mark) => Number(mark.baseline === "right"));
  const newer = both.map((mark) => Number(mark.candidate === "right"));
  const differences = newer.map((value, index) => value - (reference[index] ?? 0));
  const estimate = estimateDifference(both, SINGLE_LOOK);
  const groups = both.map((mark) => mark.group);
  const gained = differences.filter((value) => value > 0).length;
  const lost = differences.filter((value) => value < 0).length;
  return {
    metric: "accuracy",
    design: "paired",
    items: { reference: both.length, newer: both.length },
    referenceMean: mean(reference),
    newerMean: mean(newer),
    estimate,
    effect: pairedEffect(reference, newer),
    test:
      clusterLabels(groups) === undefined
        ? { kind: "tested", method: "McNemar exact", p: mcnemar({ gained, lost }).exact }
        : bettingTest(differences, groups),
    beyondMargin: estimate.kind === "estimated" && estimate.upper < -margin,
  };
}

/**
 * A metric's mean over the same items: the betting interval and test, d_z. `percent`: the margin in percent of the reference's mean, judged on
 * newer − (1 − δ)·reference as gates do.
 */
export function pairedMeanChange(
  metric: string,
  values: readonly PairedValue[],
  { percent, seed }: { readonly percent: number; readonly seed: number },
): MetricChange | undefined {
  const compared = comparePairedMean(values, { seed, level: SINGLE_LOOK });
  if (compared.pairs === 0) return undefined;
  const { baseline, candidate, groups } = scoredPairs(values);
  const delta = percent / 100;
  const beyond = boundedMeanInterval(
    groupTotals(
      candidate.map((value, index) => value - (1 - delta) * (baseline[index] ?? 0)),
      groups,
    ).totals,
    { lower: -(1 - delta), upper: 1, confidence: SINGLE_LOOK.confidence },
  );
  return {
    metric,
    design: "paired",
    items: { reference: compared.pairs, newer: compared.pairs },
    referenceMean: compared.baselineMean,
    newerMean: compared.candidateMean,
    estimate: compared.estimate,
    effect: pairedEffect(baseline, candidate),
    test: bettingTest(
      candidate.map((value, index) => value - (baseline[index] ?? 0)),
      groups,
    ),
    beyondMargin: beyond.upper < 0,
  };
}

/** Accuracy on different items: Newcombe's interval, Welch's t test on right (1) and wrong (0), Cohen's d. */
export function unpairedAccuracyChange(
  reference: readonly number[],
  newer: readonly number[],
  { margin }: { readonly margin: number },
): MetricChange | undefined {
  if (reference.length === 0 || newer.length === 0) return undefined;
  const interval = newcombeInterval({
    successes1: newer.filter((value) => value === 1).length,
    trials1: newer.length,
    successes2: reference.filter((value) => value === 1).length,
    trials2: reference.length,
    confidence: SINGLE_LOOK.confidence,
  });
  const estimate: DifferenceEstimate = { kind: "estimated", ...interval, method: `Newcombe ${SINGLE_LOOK.label}` };
  return unpairedChange("accuracy", reference, newer, estimate, margin);
}

/** A metric's mean over different items: Welch's t interval and test, Cohen's d. */
export function unpairedMeanChange(
  metric: string,
  reference: readonly number[],
  newer: readonly number[],
  { percent }: { readonly percent: number },
): MetricChange | undefined {
  if (reference.length === 0 || newer.length === 0) return undefined;
  return unpairedChange(metric, reference, newer, welchInterval(reference, newer), (percent / 100) * mean(reference));
}

function unpairedChange(
  metric: string,
  reference: readonly number[],
  newer: readonly number[],
  estimate: DifferenceEstimate,
  margin: number,
): MetricChange {
  const enough = reference.length >= 2 && newer.length >= 2;
  return {
    metric,
    design: "unpaired",
    items: { reference: reference.length, newer: newer.length },
    referenceMean: mean(reference),
    newerMean: mean(newer),
    estimate,
    effect: enough ? effectOf(cohensD(newer, reference), "d (unpaired)") : TOO_FEW,
    test: enough
      ? { kind: "tested", method: "Welch t", p: welchTTest(newer, reference).p }
      : { kind: "untested", reason: TOO_FEW.reason },
    beyondMargin: estimate.kind === "estimated" && estimate.upper < -margin,
  };
}

/** Satterthwaite's t interval of newer − reference; without any spread it is that one value. */
function welchInterval(reference: readonly number[], newer: readonly number[]): DifferenceEstimate {
  if (reference.length < 2 || newer.length < 2) return TOO_FEW;
  const difference = mean(newer) - mean(reference);
  const error = Math.hypot(
    Math.sqrt(sampleVariance(newer) / newer.length),
    Math.sqrt(sampleVariance(reference) / reference.length),
  );
  const reach = error * tQuantile((1 + SINGLE_LOOK.confidence) / 2, welchTTest(newer, reference).df);
  return {
    kind: "estimated",
    difference,
    lower: difference - reach,
    upper: difference + reach,
    method: `Welch t ${SINGLE_LOOK.label}`,
  };
}

function pairedEffect(reference: readonly number[], newer: readonly number[]): EffectSize {
  return reference.length < 2 ? TOO_FEW : effectOf(cohensDz(reference, newer), "d_z (paired)");
}

function effectOf(d: number, of: "d_z (paired)" | "d (unpaired)"): EffectSize {
  return Math.abs(d) < UNBOUNDED ? { kind: "estimated", d, of } : { kind: "unbounded", sign: d < 0 ? -1 : 1 };
}

/** Twice the smaller of both one-sided p-values, for differences in [−1, 1]. */
function bettingTest(differences: readonly number[], groups: readonly (string | undefined)[]): DifferenceTest {
  const values = groupTotals(differences, groups).totals;
  const [less, greater] = (["less", "greater"] as const).map(
    (alternative) => boundedMeanTest(values, { lower: -1, upper: 1, mean: 0, alternative }).p,
  );
  return {
    kind: "tested",
    method: clusterLabels(groups) === undefined ? "betting" : "betting over groups",
    p: Math.min(1, 2 * Math.min(less ?? 1, greater ?? 1)),
  };
}

/** QuantGate's statistics, usable on their own: numbers in, numbers out. */
export type { SpendingFunction } from "./stats/alpha-spending.ts";
export { brownForsythe, type FTest, oneWayAnova } from "./stats/anova.ts";
export { bonferroni } from "./stats/bonferroni.ts";
export { type BootstrapOptions, bootstrapInterval } from "./stats/bootstrap.ts";
export {
  type BoundedMeanIntervalOptions,
  type BoundedMeanTestOptions,
  type Bounds,
  boundedMeanInterval,
  boundedMeanTest,
} from "./stats/bounded-mean.ts";
export { clusterRobustStandardError } from "./stats/cluster-robust.ts";
export { mean, median, pairedDifferences, sampleVariance } from "./stats/descriptive.ts";
export { cohensD, cohensDz } from "./stats/effect-size.ts";
export {
  type GroupSequentialBounds,
  type GroupSequentialOptions,
  groupSequentialBounds,
  type SequentialCourse,
  sequentialCourse,
} from "./stats/group-sequential.ts";
export { holm } from "./stats/holm.ts";
export type { DifferenceInterval, Interval } from "./stats/interval.ts";
export { type McNemarTest, mcnemar } from "./stats/mcnemar.ts";
export { newcombeInterval } from "./stats/newcombe.ts";
export { type PairedTTest, pairedNonInferiority, pairedTost, pairedTTest } from "./stats/paired-t.ts";
export {
  type DetectableEffectOptions,
  type ItemsNeededOptions,
  itemsNeeded,
  minimumDetectableCohensD,
  minimumDetectableEffect,
} from "./stats/power.ts";
export { type RandomGenerator, seededRandom } from "./stats/random.ts";
export type { Tost, TTest } from "./stats/t-contrast.ts";
export { type MeanInterval, tInterval } from "./stats/t-interval.ts";
export {
  type EquivalenceTest,
  type PairedCounts,
  type ScoreTest,
  tangoEquivalence,
  tangoInterval,
  tangoNonInferiority,
} from "./stats/tango.ts";
export { welchTost, welchTTest } from "./stats/welch.ts";
export { type WilcoxonTest, wilcoxonSignedRank } from "./stats/wilcoxon.ts";
export { wilsonInterval } from "./stats/wilson.ts";

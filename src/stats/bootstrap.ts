import { type ClusterTotal, clusterTotals } from "./cluster-robust.ts";
import { normalCdf, normalQuantile } from "./distributions.ts";
import type { Interval } from "./interval.ts";
import { requireOpenProbability, requirePositiveCount, requireValues } from "./preconditions.ts";
import type { RandomGenerator } from "./random.ts";

export interface BootstrapOptions {
  /** Number of resamples, such as 10,000. */
  readonly draws: number;
  readonly rng: RandomGenerator;
  readonly method: "percentile" | "bca";
  readonly confidence: number;
  /** One label a value: whole clusters are resampled instead of single values. */
  readonly clusters?: readonly (string | number)[];
}

function resampledMeans(totals: readonly ClusterTotal[], draws: number, rng: RandomGenerator): Float64Array {
  const sums = Float64Array.from(totals, ({ sum }) => sum);
  const counts = Float64Array.from(totals, ({ count }) => count);
  const means = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    let count = 0;
    for (let pick = 0; pick < sums.length; pick++) {
      const index = Math.floor(rng() * sums.length);
      sum += sums[index] ?? 0;
      count += counts[index] ?? 0;
    }
    means[draw] = sum / count;
  }
  return means.sort();
}

/** Linear interpolation between order statistics (Hyndman & Fan 1996, type 7). */
function quantileOfSorted(sorted: Float64Array, probability: number): number {
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? 0;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? 0;
  return low + (position - below) * (high - low);
}

/** Skewness of the leave-one-out means over 6: how fast the standard error changes with the mean. */
function acceleration(totals: readonly ClusterTotal[]): number {
  const sum = totals.reduce((total, cluster) => total + cluster.sum, 0);
  const count = totals.reduce((total, cluster) => total + cluster.count, 0);
  const leftOut = totals.map((cluster) => (sum - cluster.sum) / (count - cluster.count));
  const centre = leftOut.reduce((total, value) => total + value, 0) / leftOut.length;
  let squares = 0;
  let cubes = 0;
  for (const value of leftOut) {
    squares += (centre - value) ** 2;
    cubes += (centre - value) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** The share of resamples below the estimate, ties by half, kept off 0 and 1 so that its quantile is finite. */
function shareBelow(sorted: Float64Array, estimate: number): number {
  let below = 0;
  let equal = 0;
  for (const value of sorted) {
    if (value < estimate) below += 1;
    else if (value === estimate) equal += 1;
  }
  const margin = 1 / (2 * sorted.length);
  return Math.min(1 - margin, Math.max(margin, (below + equal / 2) / sorted.length));
}

/**
 * Bootstrap interval of a mean, in units of the values: percentile, or bias-corrected and accelerated (BCa). For a
 * paired comparison pass the differences, so that pairs are resampled whole. Efron (1987), "Better bootstrap confidence
 * intervals". Equal values (or cluster means): both ends are that value. It promises too much on few
 * or mostly equal values: shown beside `boundedMeanInterval`, never instead of it. Throws RangeError without values, with
 * fewer than two clusters, or when `draws` isn't a positive whole number.
 */
export function bootstrapInterval(values: readonly number[], options: BootstrapOptions): Interval {
  const { draws, rng, method, confidence, clusters } = options;
  requireValues("values", values, 1);
  requirePositiveCount("draws", draws);
  requireOpenProbability("confidence", confidence);
  const totals = clusters ? clusterTotals(values, clusters) : values.map((sum) => ({ sum, count: 1 }));
  if (clusters && totals.length < 2) {
    throw new RangeError(`clusters must name at least 2 clusters; got ${totals.length}`);
  }

  const means = resampledMeans(totals, draws, rng);
  const tail = (1 - confidence) / 2;
  if (method === "percentile" || means[0] === means[draws - 1]) {
    return { lower: quantileOfSorted(means, tail), upper: quantileOfSorted(means, 1 - tail) };
  }
  const estimate = totals.reduce((sum, cluster) => sum + cluster.sum, 0) / values.length;
  const bias = normalQuantile(shareBelow(means, estimate));
  const skew = acceleration(totals);
  const adjusted = (probability: number): number => {
    const z = bias + normalQuantile(probability);
    return normalCdf(bias + z / (1 - skew * z));
  };
  return { lower: quantileOfSorted(means, adjusted(tail)), upper: quantileOfSorted(means, adjusted(1 - tail)) };
}

import { mean, sampleVariance } from "./descriptive.ts";
import { tQuantile } from "./distributions.ts";
import type { Interval } from "./interval.ts";
import { requireOpenProbability, requireValues } from "./preconditions.ts";

export interface MeanInterval extends Interval {
  readonly mean: number;
}

/**
 * Student's t interval of a mean, in units of the values. Equal values: both ends are that value, which is no
 * certainty; `boundedMeanInterval` keeps a width there. Throws RangeError with fewer than two values, a value that
 * isn't finite, or a confidence outside (0, 1).
 */
export function tInterval(values: readonly number[], options: { readonly confidence: number }): MeanInterval {
  requireValues("values", values, 2);
  requireOpenProbability("confidence", options.confidence);
  const centre = mean(values);
  const standardError = Math.sqrt(sampleVariance(values) / values.length);
  const half = standardError * tQuantile((1 + options.confidence) / 2, values.length - 1);
  return { mean: centre, lower: centre - half, upper: centre + half };
}

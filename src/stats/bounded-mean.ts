import type { Interval } from "./interval.ts";
import { requireFinite, requireOpenProbability, requireValues } from "./preconditions.ts";

/** The range that every value is known to lie in before it is seen, such as −1 to 1 for differences of scores. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** Shares of the largest safe stake, log-spaced: few items want large stakes, many noisy items small ones. */
function stakes(items: number): Float64Array {
  const smallest = Math.min(0.5, 2 / Math.sqrt(items));
  const count = 24;
  return Float64Array.from({ length: count }, (_, index) => smallest * (0.98 / smallest) ** (index / (count - 1)));
}

/** Values on the unit scale, checked. */
function unitValues(values: readonly number[], { lower, upper }: Bounds): Float64Array {
  requireFinite("lower", lower);
  requireFinite("upper", upper);
  if (lower >= upper) throw new RangeError(`lower must be below upper; got ${lower} and ${upper}`);
  requireValues("values", values, 1);
  return Float64Array.from(values, (value, index) => {
    if (value < lower || value > upper) {
      throw new RangeError(`values[${index}] must lie in [${lower}, ${upper}]; got ${value}`);
    }
    return (value - lower) / (upper - lower);
  });
}

/** Natural logarithm of the average capital of all stakes, betting that the mean exceeds `mean` > 0. */
function logCapital(units: Float64Array, shares: Float64Array, mean: number): number {
  const logs = shares.map((share) => {
    const gain = share / mean;
    let log = 0;
    let product = 1;
    for (const unit of units) {
      product *= 1 - share + gain * unit;
      if (product > 1e200 || product < 1e-200) {
        log += Math.log(product);
        product = 1;
      }
    }
    return log + Math.log(product);
  });
  const largest = Math.max(...logs);
  if (largest === Number.NEGATIVE_INFINITY || largest === Number.POSITIVE_INFINITY) return largest;
  return largest + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - largest), 0) / logs.length);
}

/** The largest mean that is refuted at level `alpha`: the capital falls with the mean, so bisection finds it. */
function lowerBound(units: Float64Array, alpha: number): number {
  const shares = stakes(units.length);
  const target = -Math.log(alpha);
  let [below, above] = [0, 1];
  while (above - below > 1e-12) {
    const middle = (below + above) / 2;
    if (logCapital(units, shares, middle) >= target) below = middle;
    else above = middle;
  }
  return below;
}

const mirrored = (units: Float64Array): Float64Array => units.map((unit) => 1 - unit);

export interface BoundedMeanIntervalOptions extends Bounds {
  readonly confidence: number;
  /** 2 (the default): both ends hold together; 1: each end holds alone, with this confidence. */
  readonly sides?: 1 | 2;
}

/**
 * Confidence interval of the mean of bounded values, valid for any number of independent values and any distribution
 * in the bounds.
 */
export function boundedMeanInterval(values: readonly number[], options: BoundedMeanIntervalOptions): Interval {
  requireOpenProbability("confidence", options.confidence);
  const units = unitValues(values, options);
  const alpha = (1 - options.confidence) / (options.sides ?? 2);
  const width = options.upper - options.lower;
  return {
    lower: options.lower + width * lowerBound(units, alpha),
    upper: options.upper - width * lowerBound(mirrored(units), alpha),
  };
}

export interface BoundedMeanTestOptions extends Bounds {
  /** The mean of the null hypothesis. */
  readonly mean: number;
  /** `greater`: the null hypothesis is a mean of at most `mean`; `less`: of at least `mean`. */
  readonly alternative: "greater" | "less";
}

/** One-sided test of the mean of bounded values, the inversion of `boundedMeanInterval`. */
export function boundedMeanTest(values: readonly number[], options: BoundedMeanTestOptions): { readonly p: number } {
  const units = unitValues(values, options);
  requireFinite("mean", options.mean);
  const unit = (options.mean - options.lower) / (options.upper - options.lower);
  const [sample, mean] = options.alternative === "greater" ? [units, unit] : [mirrored(units), 1 - unit];
  if (mean <= 0) return { p: mean < 0 || sample.some((value) => value > 0) ? 0 : 1 };
  if (mean >= 1) return { p: 1 };
  return { p: Math.min(1, Math.exp(-logCapital(sample, stakes(sample.length), mean))) };
}

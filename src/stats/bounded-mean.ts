import { lowerBound, type Orders, seededOrders } from "./betting.ts";
import type { Interval } from "./interval.ts";
import { requireFinite, requireOpenProbability, requireValues } from "./preconditions.ts";

/** The range that every value is known to lie in before it is seen, such as −1 to 1 for differences of scores. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

function requireBounds({ lower, upper }: Bounds): void {
  requireFinite("lower", lower);
  requireFinite("upper", upper);
  if (lower >= upper) throw new RangeError(`lower must be below upper; got ${lower} and ${upper}`);
}

/** Values as fractions of the range: of the way up for claims that the mean is greater, of the way down for less. */
function ordersOf(values: readonly number[], { lower, upper }: Bounds, alternative: "greater" | "less"): Orders {
  requireValues("values", values, 1);
  const width = upper - lower;
  return seededOrders(
    Float64Array.from(values, (value, index) => {
      if (value < lower || value > upper) {
        throw new RangeError(`values[${index}] must lie in [${lower}, ${upper}]; got ${value}`);
      }
      return (alternative === "greater" ? value - lower : upper - value) / width;
    }),
  );
}

export interface BoundedMeanIntervalOptions extends Bounds {
  readonly confidence: number;
  /** 2 (the default): both ends hold together; 1: each end holds by itself, with this confidence. */
  readonly sides?: 1 | 2;
}

/**
 * Confidence interval of the mean of bounded values by betting, in units of the values. It holds for any number of
 * values and any distribution within the bounds, as long as the values are independent: also where most are equal and
 * a few differ much, where t and bootstrap intervals promise too much. It has a width also when all values are equal.
 * Hedged capital with predictable plug-in bets, Waudby-Smith & Ramdas (2024), with the differences that
 * betting.ts states. Deterministic and independent of the order of the values. Throws RangeError without values, for a
 * value outside the bounds, and for bounds or a confidence that make no sense.
 */
export function boundedMeanInterval(values: readonly number[], options: BoundedMeanIntervalOptions): Interval {
  const { lower, upper, confidence, sides = 2 } = options;
  requireBounds(options);
  requireOpenProbability("confidence", confidence);
  const alpha = (1 - confidence) / sides;
  return {
    lower: lower + (upper - lower) * lowerBound(ordersOf(values, options, "greater"), alpha),
    upper: upper - (upper - lower) * lowerBound(ordersOf(values, options, "less"), alpha),
  };
}

export interface BoundedMeanTestOptions extends Bounds {
  /** The mean of the null hypothesis. */
  readonly mean: number;
  /** `greater`: the null hypothesis is a mean of at most `mean`; `less`: of at least `mean`. */
  readonly alternative: "greater" | "less";
}

/** The p-values that a test can answer with, besides 0 and 1. */
const LEVELS = [0.5, 0.2, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001, 1e-4, 1e-5, 1e-6];

/**
 * One-sided test of the mean of bounded values: the inversion of `boundedMeanInterval` with one side, so `p` ≤ α says
 * that the bound at confidence 1 − α has reached `mean`. The bets aim at one level, so `p` is read off a ladder (0.5,
 * 0.2, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001, 1e-4, 1e-5, 1e-6): the smallest level that refutes the null hypothesis, as
 * every larger one does; 1 when none does. A null hypothesis that holds by the bounds alone has p = 1, one that they
 * exclude p = 0. Throws RangeError like `boundedMeanInterval`.
 */
export function boundedMeanTest(values: readonly number[], options: BoundedMeanTestOptions): { readonly p: number } {
  const { lower, upper, mean, alternative } = options;
  requireBounds(options);
  requireFinite("mean", mean);
  const orders = ordersOf(values, options, alternative);
  const unit = (alternative === "greater" ? mean - lower : upper - mean) / (upper - lower);
  if (unit >= 1) return { p: 1 };
  if (unit < 0) return { p: 0 };
  // A mean at the very end of the range admits no other value than that end.
  if (unit === 0) return { p: orders.some((order) => order.some((value) => value > 0)) ? 0 : 1 };
  const failing = LEVELS.findIndex((level) => lowerBound(orders, level) < unit);
  return { p: (failing === -1 ? LEVELS.at(-1) : LEVELS[failing - 1]) ?? 1 };
}

import { normalCdf, normalQuantile } from "./distributions.ts";
import { requireOpenProbability, requirePositiveCount, requireProportionMargin } from "./preconditions.ts";

/** The least true difference in accuracy that a comparison of this size is likely to notice. */
export type DetectableEffectOptions = {
  /** Items; in the independent design the items of each of the two samples. */
  readonly items: number;
  readonly alpha: number;
  /** Probability of noticing a true difference of this size, such as 0.8. */
  readonly power: number;
  /** 1: a loss only (the default, as the gates decide); 2: a difference in either direction. */
  readonly sides?: 1 | 2;
} & (
  | {
      readonly design?: "paired";
      /** Share of items that are right on one side only, in [0, 1]. */
      readonly discordance: number;
    }
  | {
      readonly design: "independent";
      /** Accuracy around which the two are compared, in [0, 1]. */
      readonly proportion: number;
    }
);

function requireShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new RangeError(`${name} must lie in [0, 1]; got ${value}`);
}

/** How many standard errors the difference must span to be noticed with the wanted power. */
function requiredStandardErrors(alpha: number, power: number, sides: 1 | 2): number {
  requireOpenProbability("alpha", alpha);
  requireOpenProbability("power", power);
  return normalQuantile(1 - alpha / sides) + normalQuantile(power);
}

/**
 * Minimum detectable difference of accuracies, a proportion, by the normal approximation. Paired: the root of
 * n·δ² = (z₁₋α + z_power)²·(ψ − δ²) for a share ψ of discordant items. Independent: Cohen (1988), both variances
 * taken at `proportion`. No discordance, or a proportion of 0 or 1, gives 0: such a plan knows no variance. Throws
 * RangeError when `items` is no positive whole number or a share is outside [0, 1].
 */
export function minimumDetectableEffect(options: DetectableEffectOptions): number {
  const { items, alpha, power, sides = 1 } = options;
  requirePositiveCount("items", items);
  const k = requiredStandardErrors(alpha, power, sides);
  if (options.design === "independent") {
    const { proportion } = options;
    requireShare("proportion", proportion);
    return k * Math.sqrt((2 * proportion * (1 - proportion)) / items);
  }
  requireShare("discordance", options.discordance);
  return k * Math.sqrt(options.discordance / (items + k ** 2));
}

/**
 * Minimum detectable Cohen's d between two independent samples of `items` values each, by the normal approximation.
 * Cohen (1988), ch. 2. `sides` as in `minimumDetectableEffect`. Throws RangeError when `items` is no positive whole
 * number.
 */
export function minimumDetectableCohensD(options: {
  readonly items: number;
  readonly alpha: number;
  readonly power: number;
  readonly sides?: 1 | 2;
}): number {
  requirePositiveCount("items", options.items);
  return requiredStandardErrors(options.alpha, options.power, options.sides ?? 1) * Math.sqrt(2 / options.items);
}

/** What is planned for, and what is expected to be true. */
export type ItemsNeededOptions = {
  /** Expected true difference, candidate − baseline, a proportion; 0 unless told. */
  readonly difference?: number;
  readonly margin: number;
  /** One-sided. */
  readonly alpha: number;
  readonly power: number;
  /** `non-inferiority` (the default) excludes a loss of the margin; `equivalence` a gain of it too. */
  readonly goal?: "non-inferiority" | "equivalence";
} & (
  | {
      readonly design?: "paired";
      /** Expected share of items that are right on one side only, in [|difference|, 1]. */
      readonly discordance: number;
    }
  | {
      readonly design: "independent";
      /** Expected accuracy of the baseline, in [0, 1]. */
      readonly proportion: number;
    }
);

/** Variance of one item's difference, or of one item of each sample together. */
function varianceOf(options: ItemsNeededOptions, difference: number): number {
  if (options.design === "independent") {
    const candidate = options.proportion + difference;
    requireShare("proportion", options.proportion);
    requireShare("proportion + difference", candidate);
    return options.proportion * (1 - options.proportion) + candidate * (1 - candidate);
  }
  requireShare("discordance", options.discordance);
  if (options.discordance < Math.abs(difference)) {
    throw new RangeError(
      `discordance must be at least |difference|; got ${options.discordance} and ${difference}: every net loss is a flip`,
    );
  }
  return options.discordance - difference ** 2;
}

/**
 * Items needed (of each sample, in the independent design) to show non-inferiority or equivalence with the wanted
 * power, by the normal approximation. Chow, Shao, Wang & Lokhnygina (2017), "Sample size calculations in clinical
 * research". At least 1. Infinity when the expected difference is not inside the margin: no number
 * of items helps. Throws RangeError when the shares are impossible, such as a discordance below |difference|.
 */
export function itemsNeeded(options: ItemsNeededOptions): number {
  const { difference = 0, margin, alpha, power, goal = "non-inferiority" } = options;
  requireProportionMargin(margin);
  const k = requiredStandardErrors(alpha, power, 1);
  const deviation = Math.sqrt(varianceOf(options, difference));
  const [near, far] = [margin - Math.abs(difference), margin + Math.abs(difference)];
  if (goal === "non-inferiority") {
    const distance = margin + difference;
    return distance > 0 ? Math.max(1, Math.ceil(((k * deviation) / distance) ** 2)) : Number.POSITIVE_INFINITY;
  }
  if (near <= 0) return Number.POSITIVE_INFINITY;
  if (deviation === 0) return 1;
  // Both one-sided tests must reject; their joint power grows with the root of n.
  const z = normalQuantile(1 - alpha);
  const powerAt = (items: number): number => {
    const root = Math.sqrt(items) / deviation;
    return normalCdf(root * near - z) + normalCdf(root * far - z) - 1;
  };
  let enough = 1;
  while (powerAt(enough) < power) enough *= 2;
  let tooFew = enough / 2;
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (powerAt(middle) < power) tooFew = middle;
    else enough = middle;
  }
  return enough;
}

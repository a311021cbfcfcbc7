/** How sure a decision must be. */
export interface DecidingLevel {
  /** One-sided error rate of each test, in (0, 0.05]. */
  readonly alpha: number;
  /** 1 − 2α: the two-sided interval of this confidence has the bounds that decide. */
  readonly confidence: number;
  /** The confidence in words. */
  readonly label: `${number} %`;
}

const ALPHA = 0.05;

/**
 * The level at which one of several looks at growing data decides: α = 0.05 one-sided, split evenly over the looks that were declared
 * before the first (Bonferroni; it holds however the looks depend on each other). Throws `RangeError` unless `looks` is a positive integer.
 */
export function decidingLevel(looks: number): DecidingLevel {
  if (!Number.isInteger(looks) || looks < 1) throw new RangeError(`looks must be a positive integer, got ${looks}`);
  return levelOf(ALPHA / looks);
}

/** The level at which each of some parts decides, so that all of them together err at the rate of the given one. At least one part. */
export function splitLevel(level: DecidingLevel, parts: number): DecidingLevel {
  return parts <= 1 ? level : levelOf(level.alpha / parts);
}

function levelOf(alpha: number): DecidingLevel {
  return { alpha, confidence: 1 - 2 * alpha, label: `${Number((100 * (1 - 2 * alpha)).toFixed(2))} %` };
}

export const SINGLE_LOOK = decidingLevel(1);

/** What is told, not decided, by: two-sided 95 %. */
export const DESCRIPTIVE: DecidingLevel = levelOf(ALPHA / 2);

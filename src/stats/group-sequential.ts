import { type SpendingFunction, spentAlpha } from "./alpha-spending.ts";
import { AT_START, densityBetween, type LookDensity, probabilityAbove, probabilityBelow } from "./brownian-looks.ts";
import { normalQuantile } from "./distributions.ts";
import { requireFinite, requireOpenProbability } from "./preconditions.ts";

/** The bounds of a test that looks several times, an entry a look. */
export interface GroupSequentialBounds {
  /** Standard normal bounds: the null hypothesis is rejected at the first look whose z statistic reaches its bound. */
  readonly z: readonly number[];
  /** α spent up to and with this look. */
  readonly cumulativeAlpha: readonly number[];
  /** α spent at this look: P(first crossing here) under the null hypothesis. */
  readonly incrementalAlpha: readonly number[];
}

export interface GroupSequentialOptions {
  /** One-sided error rate over all looks together, in (0, 1). */
  readonly alpha: number;
  /** Share of all items that is in at each look, rising, the last 1. */
  readonly fractions: readonly number[];
  readonly spending: SpendingFunction;
}

function requireFractions(fractions: readonly number[]): void {
  if (fractions.length === 0) throw new RangeError("fractions must hold at least one look; got none");
  let before = 0;
  for (const [index, fraction] of fractions.entries()) {
    if (!(fraction > before && fraction <= 1)) {
      throw new RangeError(`fractions must rise within (0, 1]; fractions[${index}] is ${fraction} after ${before}`);
    }
    before = fraction;
  }
  if (before !== 1) throw new RangeError(`the last of fractions must be 1; got ${before}`);
}

/** The score bound at which the mass above it is `probability`; the mass falls as the bound rises. */
function boundWithMassAbove(density: LookDensity, probability: number, elapsed: number): number {
  let [low, high] = [-40, 40];
  while (high - low > 1e-11) {
    const middle = (low + high) / 2;
    if (probabilityAbove(density, middle, { elapsed, drift: 0 }) > probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * One-sided bounds of a group-sequential test whose α is spent by a spending function. Lan & DeMets (1983); found by recursive numerical
 * integration of the joint normal distribution of the looks' z statistics (Armitage, McPherson & Rowe 1969; Jennison & Turnbull 2000,
 * ch. 19). The correlation of z at information t₁ < t₂ is √(t₁/t₂). One look gives the fixed test's bound. Throws RangeError for α outside
 * (0, 1) and for fractions that don't rise to 1.
 */
export function groupSequentialBounds({ alpha, fractions, spending }: GroupSequentialOptions): GroupSequentialBounds {
  requireOpenProbability("alpha", alpha);
  requireFractions(fractions);
  const cumulativeAlpha = fractions.map((fraction) => spentAlpha(spending, alpha, fraction));
  const incrementalAlpha = cumulativeAlpha.map((spent, look) => spent - (cumulativeAlpha[look - 1] ?? 0));
  const z: number[] = [];
  let density = AT_START;
  let before = 0;
  for (const [look, fraction] of fractions.entries()) {
    const elapsed = fraction - before;
    const bound =
      look === 0
        ? -normalQuantile(incrementalAlpha[0] ?? alpha) * Math.sqrt(fraction)
        : boundWithMassAbove(density, incrementalAlpha[look] ?? 0, elapsed);
    z.push(bound / Math.sqrt(fraction));
    const nextElapsed = (fractions[look + 1] ?? fraction + elapsed) - fraction;
    density = densityBetween(
      density,
      { low: Number.NEGATIVE_INFINITY, high: bound },
      { elapsed, drift: 0, nextElapsed },
    );
    before = fraction;
  }
  return { z, cumulativeAlpha, incrementalAlpha };
}

/** What a test that looks several times does where the truth is known, an entry a look. */
export interface SequentialCourse {
  /** P(the first crossing is of the upper bound, at this look). */
  readonly passes: readonly number[];
  /** P(the first crossing is of the lower bound, at this look). */
  readonly fails: readonly number[];
  /** Expected share of all items that is asked, in (0, 1]. */
  readonly expectedFraction: number;
}

/**
 * How a test with symmetric bounds (passing at z ≥ `z`, failing at z ≤ −`z`, whichever comes first) runs where the z statistic over all
 * items has mean `drift` and variance 1. Jennison & Turnbull (2000), ch. 19. Throws RangeError unless there is a bound for each fraction.
 */
export function sequentialCourse(options: {
  readonly z: readonly number[];
  readonly fractions: readonly number[];
  readonly drift: number;
}): SequentialCourse {
  const { z, fractions, drift } = options;
  requireFractions(fractions);
  requireFinite("drift", drift);
  if (z.length !== fractions.length) {
    throw new RangeError(`z must hold a bound for each of ${fractions.length} fractions; got ${z.length}`);
  }
  const passes: number[] = [];
  const fails: number[] = [];
  let density = AT_START;
  let before = 0;
  let expectedFraction = 0;
  let running = 1;
  for (const [look, fraction] of fractions.entries()) {
    const elapsed = fraction - before;
    const bound = (z[look] ?? 0) * Math.sqrt(fraction);
    const step = { elapsed, drift };
    const pass = probabilityAbove(density, bound, step);
    const fail = probabilityBelow(density, -bound, step);
    passes.push(pass);
    fails.push(fail);
    expectedFraction += running * elapsed;
    running = Math.max(0, running - pass - fail);
    const nextElapsed = (fractions[look + 1] ?? fraction + elapsed) - fraction;
    density = densityBetween(density, { low: -bound, high: bound }, { ...step, nextElapsed });
    before = fraction;
  }
  return { passes, fails, expectedFraction };
}

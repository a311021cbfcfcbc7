import { mean, sampleVariance } from "./descriptive.ts";
import { requireMargin, requireValues } from "./preconditions.ts";
import { type TContrast, type Tost, type TTest, tost, twoSidedT } from "./t-contrast.ts";

/** Mean of `a` minus mean of `b`, with Satterthwaite's degrees of freedom. */
function welchContrast(a: readonly number[], b: readonly number[]): TContrast {
  requireValues("a", a, 2);
  requireValues("b", b, 2);
  const varianceA = sampleVariance(a) / a.length;
  const varianceB = sampleVariance(b) / b.length;
  const variance = varianceA + varianceB;
  const df =
    variance === 0
      ? a.length + b.length - 2
      : 1 / ((varianceA / variance) ** 2 / (a.length - 1) + (varianceB / variance) ** 2 / (b.length - 1));
  return { difference: mean(a) - mean(b), standardError: Math.sqrt(variance), df };
}

/**
 * Two-sided test that two *independent* samples have the same mean; `t` is positive when `a` is larger. Welch (1947).
 * No variance in either sample: `df` is n1 + n2 − 2, and p is 1 for equal means (t = 0), else 0 (t = ±Infinity). Throws
 * RangeError when a sample has fewer than two values or one that isn't finite.
 */
export function welchTTest(a: readonly number[], b: readonly number[]): TTest {
  return twoSidedT(welchContrast(a, b));
}

/**
 * Equivalence of the means of two *independent* samples by two one-sided Welch tests. Null hypothesis: they differ by
 * `margin` or more, in units of the values. Schuirmann (1987). No variance: p is 0 when the difference is inside the
 * margin, else 1. Throws RangeError like `welchTTest`, and for a margin that is negative or not finite.
 */
export function welchTost(a: readonly number[], b: readonly number[], options: { readonly margin: number }): Tost {
  requireMargin(options.margin);
  return tost(welchContrast(a, b), options.margin);
}

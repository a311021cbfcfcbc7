import { tSurvival } from "./distributions.ts";

/** An estimated difference with what its t tests need. */
export interface TContrast {
  readonly difference: number;
  readonly standardError: number;
  readonly df: number;
}

export interface TTest {
  readonly t: number;
  readonly df: number;
  readonly p: number;
}

/** Two one-sided t tests; `p` is the larger of the two. */
export interface Tost {
  readonly p: number;
  /** p-value against a difference of −margin or less. */
  readonly pLower: number;
  /** p-value against a difference of +margin or more. */
  readonly pUpper: number;
  readonly df: number;
}

/**
 * Two-sided test of no difference. Without variance t is 0 and p is 1 for no difference, else t is infinite and p is 0.
 */
export function twoSidedT({ difference, standardError, df }: TContrast): TTest {
  const t = difference === 0 ? 0 : difference / standardError;
  return { t, df, p: 2 * tSurvival(Math.abs(t), df) };
}

/** One-sided test that the difference exceeds `bound`. Without variance p is 0 when it does, else 1. */
export function oneSidedT({ difference, standardError, df }: TContrast, bound: number): TTest {
  const distance = difference - bound;
  if (standardError === 0) {
    const exceeds = distance > 0;
    return { t: exceeds ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY, df, p: exceeds ? 0 : 1 };
  }
  const t = distance / standardError;
  return { t, df, p: tSurvival(t, df) };
}

/** Two one-sided tests that the difference lies strictly between −margin and margin. */
export function tost(contrast: TContrast, margin: number): Tost {
  const pLower = oneSidedT(contrast, -margin).p;
  const pUpper = oneSidedT({ ...contrast, difference: -contrast.difference }, -margin).p;
  return { p: Math.max(pLower, pUpper), pLower, pUpper, df: contrast.df };
}

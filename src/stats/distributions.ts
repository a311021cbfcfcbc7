/**
 * The only file that names a distribution library. Upper tails are taken by symmetry instead of `1 - cdf`, so small
 * p-values keep their relative accuracy.
 */
import binomialCdfOf from "@stdlib/stats-base-dists-binomial-cdf";
import fCdfOf from "@stdlib/stats-base-dists-f-cdf";
import normalCdfOf from "@stdlib/stats-base-dists-normal-cdf";
import normalQuantileOf from "@stdlib/stats-base-dists-normal-quantile";
import tCdfOf from "@stdlib/stats-base-dists-t-cdf";
import tQuantileOf from "@stdlib/stats-base-dists-t-quantile";

/** P(Z ≤ x) of the standard normal distribution, in [0, 1]. */
export const normalCdf = (x: number): number => normalCdfOf(x, 0, 1);

/** P(Z > x) of the standard normal distribution, in [0, 1]. */
export const normalSurvival = (x: number): number => normalCdfOf(-x, 0, 1);

/**
 * The x with P(Z ≤ x) = `p`; ±Infinity at 0 and 1. One Newton step follows the library's answer, which is right to six
 * digits only where p is below about 1e-9.
 */
export const normalQuantile = (p: number): number => {
  if (p > 0.5) return -normalQuantile(1 - p);
  const x = normalQuantileOf(p, 0, 1);
  if (!Number.isFinite(x)) return x;
  const density = Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI);
  return x - (normalCdf(x) - p) / density;
};

/** P(T > x) of Student's t distribution with `df` > 0 degrees of freedom, in [0, 1]. */
export const tSurvival = (x: number, df: number): number => tCdfOf(-x, df);

/** The x with P(T ≤ x) = `p`, for `df` > 0 degrees of freedom. */
export const tQuantile = (p: number, df: number): number => tQuantileOf(p, df);

/** P(F > x) of the F distribution with `df1` and `df2` degrees of freedom: the lower tail of 1/F. */
export const fSurvival = (x: number, df1: number, df2: number): number => {
  if (x <= 0) return 1;
  return x === Number.POSITIVE_INFINITY ? 0 : fCdfOf(1 / x, df2, df1);
};

/** P(K ≤ k) of the binomial distribution with `trials` trials of probability `p`, in [0, 1]. */
export const binomialCdf = (k: number, trials: number, p: number): number => binomialCdfOf(k, trials, p);

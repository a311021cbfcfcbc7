import { describe, expect, it } from "vitest";
import * as distributions from "../../src/stats/distributions.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

const { quantiles } = golden;

describe("distributions", () => {
  it.each(quantiles.normal)("normal quantile of $p", ({ p, x }) => {
    expectRelative(distributions.normalQuantile(p), x);
  });
  it.each(quantiles.normal_cdf)("normal cdf at $x", ({ x, p }) => {
    expectRelative(distributions.normalCdf(x), p);
    expectRelative(distributions.normalSurvival(-x), p);
  });
  it.each(quantiles.t)("t quantile of $p with $df degrees of freedom", ({ p, df, x }) => {
    expectRelative(distributions.tQuantile(p, df), x);
  });
  it.each(quantiles.t_cdf)("t cdf at $x with $df degrees of freedom", ({ x, df, p }) => {
    expectRelative(distributions.tSurvival(-x, df), p);
  });
  it.each(quantiles.f_sf)("F survival at $x with $df1 and $df2 degrees of freedom", ({ x, df1, df2, p }) => {
    expectRelative(distributions.fSurvival(x, df1, df2), p);
  });
  it.each(quantiles.binom_cdf)("binomial cdf at $k of $n", ({ k, n, p, cdf }) => {
    expectRelative(distributions.binomialCdf(k, n, p), cdf);
  });
  it("covers the ends of the F distribution", () => {
    expect(distributions.fSurvival(0, 2, 10)).toBe(1);
    expect(distributions.fSurvival(Number.POSITIVE_INFINITY, 2, 10)).toBe(0);
  });
});

import { describe, expect, it } from "vitest";
import { bonferroni } from "../../src/stats/bonferroni.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

describe("bonferroni", () => {
  it.each(golden.holm)("$p", (sample) => {
    const actual = bonferroni(sample.p);
    expect(actual).toHaveLength(sample.bonferroni.length);
    for (const [index, value] of actual.entries()) expectRelative(value, sample.bonferroni[index] ?? Number.NaN);
  });
  it("answers nothing to nothing and refuses what is no probability", () => {
    expect(bonferroni([])).toEqual([]);
    expect(() => bonferroni([Number.NaN])).toThrow(RangeError);
    expect(() => bonferroni([-1e-9])).toThrow("pValues[0] must lie in [0, 1]; got -1e-9");
  });
});

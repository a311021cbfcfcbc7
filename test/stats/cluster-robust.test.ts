import { describe, expect, it } from "vitest";
import { clusterRobustStandardError } from "../../src/stats/cluster-robust.ts";
import { sampleVariance } from "../../src/stats/descriptive.ts";
import { expectRelative } from "./relative.ts";

describe("clusterRobustStandardError", () => {
  it("is s/√n when every value is its own cluster", () => {
    const values = [0, 0, 1, -1, 0.5, 0.25];
    const ordinary = Math.sqrt(sampleVariance(values) / values.length);
    expectRelative(clusterRobustStandardError(values, [1, 2, 3, 4, 5, 6]), ordinary, 1e-14);
  });
  it("is the standard error of the cluster means when clusters are equally large and uniform", () => {
    // Two copies of each value: as good as the three values once.
    expectRelative(
      clusterRobustStandardError([1, 1, 4, 4, 10, 10], ["a", "a", "b", "b", "c", "c"]),
      Math.sqrt(sampleVariance([1, 4, 10]) / 3),
      1e-14,
    );
  });
  it("weighs unequal clusters by their size", () => {
    // By hand: mean 2, residual totals −2, −1 and 3 of 4 values: √((4 + 1 + 9)·3/2)/4.
    expectRelative(clusterRobustStandardError([1, 1, 1, 5], ["a", "a", "b", "c"]), Math.sqrt(21) / 4, 1e-14);
  });
  it("is 0 for equal values", () => {
    expect(clusterRobustStandardError([0.1, 0.1, 0.1], [1, 1, 2])).toBe(0);
  });
  it("refuses one cluster, no values and missing labels", () => {
    expect(() => clusterRobustStandardError([1, 2], ["a", "a"])).toThrow(RangeError);
    expect(() => clusterRobustStandardError([], [])).toThrow(RangeError);
    expect(() => clusterRobustStandardError([1, 2], ["a"])).toThrow(RangeError);
  });
});

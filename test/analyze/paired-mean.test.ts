import { describe, expect, it } from "vitest";
import { comparePairedMean, type PairedValue } from "../../src/analyze/paired-mean.ts";
import { SINGLE_LOOK } from "../../src/domain/deciding-level.ts";
import { boundedMeanInterval } from "../../src/stats/bounded-mean.ts";
import { pairedTTest } from "../../src/stats/paired-t.ts";

const BOUNDS = { lower: -1, upper: 1, confidence: 0.9 };

function valuesOf(
  baseline: readonly (number | undefined)[],
  candidate: readonly (number | undefined)[],
  groups: readonly (string | undefined)[] = [],
): readonly PairedValue[] {
  return baseline.map((value, index) => ({
    item: `i${index}`,
    baseline: value,
    candidate: candidate[index],
    group: groups[index],
  }));
}

const OPTIONS = { seed: 7, level: SINGLE_LOOK };

describe("paired scores", () => {
  const baseline = [0.5, 0.75, 1, undefined, 0.25, undefined];
  const candidate = [0.25, 0.75, 0.5, 0.5, undefined, undefined];

  it("are compared on the items that both sides have, by hand", () => {
    const compared = comparePairedMean(valuesOf(baseline, candidate), OPTIONS);
    expect(compared).toMatchObject({ pairs: 3, unpaired: 2, changed: 2, baselineMean: 0.75, candidateMean: 0.5 });
    expect(compared.estimate).toEqual({
      kind: "estimated",
      difference: -0.25,
      ...boundedMeanInterval([-0.25, 0, -0.5], BOUNDS),
      method: "betting 90 %",
    });
  });

  it("have t and bootstrap beside, which decide nothing", () => {
    const { beside } = comparePairedMean(valuesOf(baseline, candidate), OPTIONS);
    const { lower, upper } = pairedTTest([0.5, 0.75, 1], [0.25, 0.75, 0.5], { confidence: 0.9 });
    expect(beside?.t).toEqual({ lower, upper });
    expect(beside?.bootstrapBca.lower).toBeGreaterThanOrEqual(-0.5);
    expect(beside?.bootstrapBca.upper).toBeLessThanOrEqual(0);
  });

  it("that are all equal keep an interval with a width: no change in fifty items is no certainty", () => {
    const values = Array.from({ length: 50 }, (_, index) => index / 50);
    const { estimate, changed } = comparePairedMean(valuesOf(values, values), OPTIONS);
    expect(changed).toBe(0);
    if (estimate.kind !== "estimated") throw new Error("not estimated");
    expect(estimate.difference).toBe(0);
    expect(estimate.upper).toBeGreaterThan(0.03);
    expect(estimate.lower).toBeCloseTo(-estimate.upper, 9);
  });

  it("of one item have nothing beside", () => {
    const compared = comparePairedMean(valuesOf([0.5], [0.25]), OPTIONS);
    expect(compared).toMatchObject({ pairs: 1, estimate: { kind: "estimated", difference: -0.25 } });
    expect(compared).not.toHaveProperty("beside");
  });

  it("without a pair give no estimate, but a reason", () => {
    expect(comparePairedMean(valuesOf([0.5, undefined], [undefined, 0.5]), OPTIONS)).toMatchObject({
      pairs: 0,
      unpaired: 2,
      estimate: { kind: "unavailable", reason: "no item was scored on both sides" },
    });
  });

  it("don't depend on their order", () => {
    const values = valuesOf([0.5, 0.75, 1, 0.3], [0.25, 0.75, 0.5, 0.9]);
    const { estimate } = comparePairedMean(values, OPTIONS);
    expect(comparePairedMean(values.toReversed(), OPTIONS).estimate).toEqual(estimate);
  });
});

describe("groups of items", () => {
  const baseline = Array.from({ length: 12 }, () => 0.8);
  const candidate = baseline.map((value, index) => (index < 4 ? value - 0.4 : value));

  it("count as one observation each: the sum over the largest group's size", () => {
    const groups = baseline.map((_, index) => `passage ${Math.floor(index / 4)}`);
    const { estimate } = comparePairedMean(valuesOf(baseline, candidate, groups), OPTIONS);
    const { lower, upper } = boundedMeanInterval(
      [4 * (candidate[0] ?? 0) - 4 * 0.8, 0, 0].map((sum) => sum / 4),
      BOUNDS,
    );
    if (estimate.kind !== "estimated") throw new Error("not estimated");
    expect(estimate.difference).toBeCloseTo(-0.4 / 3, 12);
    expect(estimate.lower).toBeCloseTo(lower, 12);
    expect(estimate.upper).toBeCloseTo(upper, 12);
  });

  it("of different sizes are weighted by their items, by hand", () => {
    // Groups of 6, 2 and four items alone: totals over 6, six observations for twelve items.
    const groups = baseline.map((_, index) => (index < 6 ? "long" : index < 8 ? "short" : undefined));
    const { estimate } = comparePairedMean(valuesOf(baseline, candidate, groups), OPTIONS);
    const { lower, upper } = boundedMeanInterval([(4 * -0.4) / 6, 0, 0, 0, 0, 0], BOUNDS);
    if (estimate.kind !== "estimated") throw new Error("not estimated");
    expect(estimate.difference).toBeCloseTo(-0.4 / 3, 12);
    expect(estimate.lower).toBeCloseTo(Math.max(-1, lower * 3), 9);
    expect(estimate.upper).toBeCloseTo(Math.min(1, upper * 3), 9);
  });

  it("make the interval wider than items that stand alone", () => {
    const groups = baseline.map((_, index) => `passage ${Math.floor(index / 4)}`);
    const width = (values: readonly PairedValue[]): number => {
      const { estimate } = comparePairedMean(values, OPTIONS);
      return estimate.kind === "estimated" ? estimate.upper - estimate.lower : Number.NaN;
    };
    expect(width(valuesOf(baseline, candidate, groups))).toBeGreaterThan(width(valuesOf(baseline, candidate)));
  });

  it("of one item each change nothing", () => {
    const groups = baseline.map((_, index) => `passage ${index}`);
    expect(comparePairedMean(valuesOf(baseline, candidate, groups), OPTIONS)).toEqual(
      comparePairedMean(valuesOf(baseline, candidate), OPTIONS),
    );
  });
});

import { describe, expect, it } from "vitest";
import { itemsNeeded, minimumDetectableCohensD, minimumDetectableEffect } from "../../src/stats/power.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

const { power: goldenPower } = golden;

describe("minimumDetectableEffect", () => {
  it.each(goldenPower.mde_two_proportions)("$n independent items around $p", ({ n, p, alpha, power, mde }) => {
    expectRelative(
      minimumDetectableEffect({ design: "independent", items: n, proportion: p, alpha, power, sides: 2 }),
      mde,
    );
  });
  it.each(goldenPower.mde_d_two_sample)("Cohen's d with $n independent items", ({ n, alpha, power, d }) => {
    expectRelative(minimumDetectableCohensD({ items: n, alpha, power, sides: 2 }), d);
  });
  it("is the margin that the planned number of items can exclude", () => {
    // A loss δ is noticed with the items that would refute "no loss" if the truth were a gain of δ.
    const plan = { discordance: 0.1, alpha: 0.05, power: 0.8 };
    const loss = minimumDetectableEffect({ design: "paired", items: 485, ...plan });
    const items = itemsNeeded({ ...plan, margin: 0, difference: loss * (1 + 1e-9) });
    expect(items).toBe(485);
  });
  it("plans pairs unless told otherwise", () => {
    const plan = { items: 485, discordance: 0.1, alpha: 0.05, power: 0.8 };
    expect(minimumDetectableEffect(plan)).toBe(minimumDetectableEffect({ design: "paired", ...plan }));
  });
  it("pairs need fewer items than independent samples at the same accuracy", () => {
    const paired = minimumDetectableEffect({ design: "paired", items: 485, discordance: 0.1, alpha: 0.05, power: 0.8 });
    const independent = minimumDetectableEffect({
      design: "independent",
      items: 485,
      proportion: 0.72,
      alpha: 0.05,
      power: 0.8,
    });
    expect(paired).toBeLessThan(independent / 1.9);
  });
  it("knows no variance at the extremes", () => {
    const options = { items: 10, alpha: 0.05, power: 0.8 };
    expect(minimumDetectableEffect({ design: "paired", discordance: 0, ...options })).toBe(0);
    expect(minimumDetectableEffect({ design: "independent", proportion: 1, ...options })).toBe(0);
  });
  it("refuses impossible plans", () => {
    const plan = { design: "paired", items: 10, discordance: 0.1, alpha: 0.05, power: 0.8 } as const;
    expect(() => minimumDetectableEffect({ ...plan, items: 0 })).toThrow(RangeError);
    expect(() => minimumDetectableEffect({ ...plan, discordance: 1.1 })).toThrow(RangeError);
    expect(() => minimumDetectableEffect({ ...plan, alpha: 0 })).toThrow(RangeError);
    expect(() => minimumDetectableEffect({ ...plan, power: 1 })).toThrow(RangeError);
    expect(() => minimumDetectableCohensD({ items: 1.5, alpha: 0.05, power: 0.8 })).toThrow(RangeError);
  });
});

describe("itemsNeeded", () => {
  it.each(goldenPower.paired_noninferiority_n)(
    "discordance $discordance, margin $margin",
    ({ discordance, margin, alpha, power, n, n_tost }) => {
      expect(itemsNeeded({ discordance, margin, alpha, power })).toBe(n);
      expect(itemsNeeded({ discordance, margin, alpha, power, goal: "equivalence" })).toBe(n_tost);
    },
  );
  it("asks for more items when a loss is expected, and fewer for a gain", () => {
    const plan = { discordance: 0.1, margin: 0.03, alpha: 0.05, power: 0.8 };
    const none = itemsNeeded(plan);
    expect(itemsNeeded({ ...plan, difference: -0.01 })).toBeGreaterThan(2 * none);
    expect(itemsNeeded({ ...plan, difference: 0.01 })).toBeLessThan(none);
  });
  it("knows that no number of items excludes what is true", () => {
    const plan = { discordance: 0.1, margin: 0.03, alpha: 0.05, power: 0.8 };
    expect(itemsNeeded({ ...plan, difference: -0.03 })).toBe(Number.POSITIVE_INFINITY);
    expect(itemsNeeded({ ...plan, difference: 0.03, goal: "equivalence" })).toBe(Number.POSITIVE_INFINITY);
  });
  it("plans independent samples too", () => {
    // (1.6449 + 0.8416)² · 2·0.7·0.3 / 0.03²
    expect(itemsNeeded({ design: "independent", proportion: 0.7, margin: 0.03, alpha: 0.05, power: 0.8 })).toBe(2886);
  });
  it("needs one item where nothing varies", () => {
    expect(itemsNeeded({ discordance: 0, margin: 0.03, alpha: 0.05, power: 0.8 })).toBe(1);
    expect(itemsNeeded({ discordance: 0, margin: 0.03, alpha: 0.05, power: 0.8, goal: "equivalence" })).toBe(1);
  });
  it("refuses impossible plans", () => {
    const plan = { discordance: 0.1, margin: 0.03, alpha: 0.05, power: 0.8 };
    expect(() => itemsNeeded({ ...plan, difference: -0.2 })).toThrow(RangeError);
    expect(() => itemsNeeded({ ...plan, margin: 3 })).toThrow(RangeError);
    expect(() => itemsNeeded({ ...plan, discordance: Number.NaN })).toThrow(RangeError);
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isNearRandom } from "../../src/analyze/near-random.ts";
import { type PublishedTable, publishedTable } from "../../src/analyze/published.ts";
import { tierOf } from "../../src/analyze/tier.ts";
import { minimumDetectableCohensD, minimumDetectableEffect } from "../../src/stats/power.ts";
import { wilsonInterval } from "../../src/stats/wilson.ts";

interface Golden extends PublishedTable {
  readonly tiers: Readonly<Record<string, number>>;
  readonly minimumDetectableEffect: {
    readonly accuracyPp: number;
    readonly n: number;
    readonly cohensD: number;
    readonly nGeneration: number;
    readonly alpha: number;
    readonly power: number;
  };
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, "tr125.json"), "utf8")) as Golden;

/** Four choices to every question. */
const CHANCE = 0.25;

describe("the published table", () => {
  it("is the one that ships", () => {
    expect(publishedTable()).toEqual(golden);
    expect(golden.results).toHaveLength(34);
  });

  it("gives all 29 tiers from its changes", () => {
    const compared = golden.results.filter((row) => row.tier !== "baseline");
    expect(compared).toHaveLength(29);
    const counts: Record<string, number> = {};
    for (const row of compared) {
      const result = tierOf({
        accuracyPp: row.deltaPp,
        ...(row.generationDeltaPct === null ? {} : { generationPercent: row.generationDeltaPct }),
      });
      expect([row.model, row.quantization, result]).toMatchObject([row.model, row.quantization, { tier: row.tier }]);
      if (result.kind === "tier") counts[result.tier] = (counts[result.tier] ?? 0) + 1;
    }
    expect(counts).toEqual({ negligible: 18, acceptable: 3, concerning: 1, unacceptable: 7 });
    expect(counts).toEqual(golden.tiers);
  });

  it("gives every Wilson bound within 0.002 of print, 21 of 34 rows exactly", () => {
    const rows = golden.results.map((row) => {
      const { lower, upper } = wilsonInterval({
        successes: row.rescoredCorrect,
        trials: row.questions,
        confidence: 0.95,
      });
      const [printedLower, printedUpper] = row.wilson95;
      expect(Math.abs(lower - printedLower)).toBeLessThanOrEqual(0.002);
      expect(Math.abs(upper - printedUpper)).toBeLessThanOrEqual(0.002);
      return lower.toFixed(3) === printedLower.toFixed(3) && upper.toFixed(3) === printedUpper.toFixed(3);
    });
    expect(rows.filter((exact) => exact)).toHaveLength(21);
  });

  it("has exactly two variants that can't be told from guessing", () => {
    const nearRandom = golden.results.filter((row) =>
      isNearRandom({ correct: row.rescoredCorrect, trials: row.questions, chance: CHANCE }),
    );
    expect(nearRandom.map((row) => `${row.model} ${row.quantization}`)).toEqual([
      "llama3.2-1b Q2_K",
      "qwen2.5-1.5b Q2_K",
    ]);
  });

  it("gives its minimum detectable effects, two-sided between independent samples", () => {
    const { alpha, power, n, nGeneration, accuracyPp, cohensD } = golden.minimumDetectableEffect;
    const accuracy = minimumDetectableEffect({
      design: "independent",
      items: n,
      proportion: 0.5,
      alpha,
      power,
      sides: 2,
    });
    expect((100 * accuracy).toFixed(1)).toBe(accuracyPp.toFixed(1));
    const d = minimumDetectableCohensD({ items: nGeneration, alpha, power, sides: 2 });
    expect(d.toFixed(3)).toBe(cohensD.toFixed(3));
  });
});

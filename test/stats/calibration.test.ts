import { describe, expect, it } from "vitest";
import { pairedDecisions, unpairedDecisions } from "../../bench/calibration/accuracy.ts";
import { binomialOutcomes } from "../../bench/calibration/binomial.ts";
import { generationRates } from "../../bench/calibration/generation.ts";
import { seededRandom } from "../../src/stats/random.ts";
import { expectRelative } from "./relative.ts";

describe("binomialOutcomes", () => {
  it("agrees with the closed form", () => {
    // C(10, k) 0.3^k 0.7^(10 − k) at k = 0 and 3
    const { first, probabilities } = binomialOutcomes(10, 0.3);
    expect(first).toBe(0);
    expectRelative(probabilities[0] ?? 0, 0.7 ** 10, 1e-13);
    expectRelative(probabilities[3] ?? 0, 120 * 0.3 ** 3 * 0.7 ** 7, 1e-13);
  });
  it("keeps all the mass of many trials", () => {
    const { first, probabilities } = binomialOutcomes(14_042, 0.1);
    const mean = probabilities.reduce((sum, probability, index) => sum + probability * (first + index), 0);
    expectRelative(mean, 1404.2, 1e-11);
    expect(probabilities.length).toBeLessThan(1000);
  });
  it("knows what is certain", () => {
    expect(binomialOutcomes(5, 0)).toEqual({ first: 0, probabilities: [1] });
    expect(binomialOutcomes(5, 1)).toEqual({ first: 5, probabilities: [1] });
  });
});

describe("the accuracy gate at a margin of 3 points, counted exactly", () => {
  // SciPy: binom.pmf over all (gained, lost), summed where the score statistic at −0.03 exceeds norm.ppf(0.95)
  it.each([
    { pairs: 50, discordance: 0.1, falsePass: 0.03509694403756843 },
    { pairs: 100, discordance: 0.05, falsePass: 0.0392280478843422 },
    { pairs: 485, discordance: 0.05, falsePass: 0.04548250419203117 },
    { pairs: 485, discordance: 0.2, falsePass: 0.0496132115272387 },
  ])("passes a true loss of the margin with $pairs items, discordance $discordance", (cell) => {
    const { pairs, discordance, falsePass } = cell;
    const decisions = pairedDecisions({ pairs, discordance, difference: -0.03, margin: 0.03 });
    expectRelative(decisions.pass, falsePass);
    expectRelative(decisions.pass + decisions.fail + decisions.inconclusive, 1, 1e-12);
  });
  it("decides more than an unpaired comparison of as many items", () => {
    const truth = { difference: 0, margin: 0.03 };
    const paired = pairedDecisions({ pairs: 485, discordance: 0.05, ...truth });
    const unpaired = unpairedDecisions({ items: 485, accuracy: 0.7, ...truth });
    expect(paired.pass).toBeGreaterThan(0.87);
    expect(unpaired.pass).toBeLessThan(0.27);
    expect(paired.fail).toBeLessThan(unpaired.fail);
  });
  it("covers the truth in about 90 of 100 evaluations, paired or not", () => {
    for (const difference of [0, -0.03, -0.06]) {
      const { coverage } = pairedDecisions({ pairs: 485, discordance: 0.2, difference, margin: 0.03 });
      expect(Math.abs(coverage - 0.9)).toBeLessThan(0.002);
    }
  });
});

describe("the generation gate at a margin of 3 %, simulated", () => {
  it("does not pass what loses the margin in rare collapses, as t and bootstrap do", () => {
    const population = { changed: 0.05, losses: "large", loss: 0.03 } as const;
    const { betting, t, bca } = generationRates(50, population, 200, seededRandom(1));
    expect(betting.pass).toBe(0);
    expect(betting.coverage).toBeGreaterThan(0.95);
    expect(t.pass).toBeGreaterThan(0.1);
    expect(bca.pass).toBeGreaterThan(0.1);
  });
  it("passes what changes without a loss, given enough items", () => {
    const population = { changed: 0.05, losses: "small", loss: 0 } as const;
    expect(generationRates(250, population, 50, seededRandom(2)).betting.pass).toBe(1);
  });
});

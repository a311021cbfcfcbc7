import { describe, expect, it } from "vitest";
import { tangoEquivalence, tangoInterval, tangoNonInferiority } from "../../src/stats/tango.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

describe("tangoInterval", () => {
  it.each(golden.tango_paired)("+$gained −$lost of $pairs", ({ gained, lost, pairs, confidence, ...expected }) => {
    const interval = tangoInterval({ gained, lost, pairs, confidence });
    expectRelative(interval.difference, expected.difference);
    expectRelative(interval.lower, expected.lower);
    expectRelative(interval.upper, expected.upper);
  });
  it.each(golden.tango_paired)("tests of +$gained −$lost of $pairs", ({ gained, lost, pairs, noninferiority }) => {
    for (const { margin, z, p_noninferior, p_equivalent } of noninferiority) {
      const test = tangoNonInferiority({ gained, lost, pairs, margin });
      expectRelative(test.z, z, 1e-8);
      expectRelative(test.p, p_noninferior);
      expectRelative(tangoEquivalence({ gained, lost, pairs, margin }).p, p_equivalent);
    }
  });
  it("has a width when nothing changed: z²/(n + z²) on both sides", () => {
    // With no discordant pair the score equation is n δ² = z² (|δ| − δ²).
    const { lower, upper } = tangoInterval({ gained: 0, lost: 0, pairs: 50, confidence: 0.9 });
    const z = 1.6448536269514722; // mpmath: Φ⁻¹(0.95)
    expectRelative(lower, -(z ** 2) / (50 + z ** 2), 1e-12);
    expectRelative(upper, z ** 2 / (50 + z ** 2), 1e-12);
  });
  it("is antisymmetric in gained and lost", () => {
    const interval = tangoInterval({ gained: 7, lost: 19, pairs: 1172, confidence: 0.9 });
    const swapped = tangoInterval({ gained: 19, lost: 7, pairs: 1172, confidence: 0.9 });
    expectRelative(interval.lower, -swapped.upper, 1e-12);
    expectRelative(interval.upper, -swapped.lower, 1e-12);
  });
  it("ends at −1 when every item is lost and at 1 when every item is gained", () => {
    const lost = tangoInterval({ gained: 0, lost: 20, pairs: 20, confidence: 0.9 });
    expect(lost).toMatchObject({ difference: -1, lower: -1 });
    expect(lost.upper).toBeGreaterThan(-1);
    expect(lost.upper).toBeLessThan(-0.5);
    expect(tangoInterval({ gained: 20, lost: 0, pairs: 20, confidence: 0.9 })).toMatchObject({
      difference: 1,
      upper: 1,
    });
  });
  it.each([
    [0, 0, 1],
    [1, 0, 1],
    [0, 1, 1],
    [120, 300, 14042],
    [7021, 7021, 14042],
    [5, 1_000_000, 2_000_000],
  ])("holds the estimate between finite bounds: +%d −%d of %d", (gained, lost, pairs) => {
    const { difference, lower, upper } = tangoInterval({ gained, lost, pairs, confidence: 0.9 });
    expect(lower).toBeGreaterThanOrEqual(-1);
    expect(lower).toBeLessThanOrEqual(difference);
    expect(upper).toBeGreaterThanOrEqual(difference);
    expect(upper).toBeLessThanOrEqual(1);
    expect(lower).toBeLessThan(upper);
  });
  it.each([
    [0, 0, 0],
    [3, 3, 5],
    [-1, 0, 5],
    [0.5, 0, 5],
    [Number.NaN, 0, 5],
    [0, 0, Number.NaN],
  ])("refuses +%d −%d of %d", (gained, lost, pairs) => {
    expect(() => tangoInterval({ gained, lost, pairs, confidence: 0.9 })).toThrow(RangeError);
    expect(() => tangoNonInferiority({ gained, lost, pairs, margin: 0.03 })).toThrow(RangeError);
    expect(() => tangoEquivalence({ gained, lost, pairs, margin: 0.03 })).toThrow(RangeError);
  });
});

describe("tangoNonInferiority", () => {
  it("rejects exactly when the 90 % interval lies above the margin", () => {
    let rejected = 0;
    for (let lost = 0; lost <= 40; lost++) {
      for (let gained = 0; gained <= 40; gained++) {
        const { p } = tangoNonInferiority({ gained, lost, pairs: 485, margin: 0.03 });
        const { lower } = tangoInterval({ gained, lost, pairs: 485, confidence: 0.9 });
        expect(p < 0.05).toBe(lower > -0.03);
        if (p < 0.05) rejected += 1;
      }
    }
    expect(rejected).toBeGreaterThan(500);
    expect(rejected).toBeLessThan(41 * 41);
  });
  it("is undecided about a margin of 0 when nothing changed", () => {
    expect(tangoNonInferiority({ gained: 0, lost: 0, pairs: 100, margin: 0 })).toEqual({ z: 0, p: 0.5 });
  });
  it.each([-0.01, 1, 3, Number.NaN])("refuses a margin of %d: margins are proportions", (margin) => {
    expect(() => tangoNonInferiority({ gained: 1, lost: 2, pairs: 100, margin })).toThrow(RangeError);
  });
});

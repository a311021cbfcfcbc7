import { describe, expect, it } from "vitest";
import { spentAlpha } from "../../src/stats/alpha-spending.ts";
import { normalSurvival } from "../../src/stats/distributions.ts";
import { groupSequentialBounds, sequentialCourse } from "../../src/stats/group-sequential.ts";
import { seededRandom } from "../../src/stats/random.ts";
import golden from "../golden/sequential.json" with { type: "json" };

type Spending = "obrien-fleming" | "pocock";
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe("groupSequentialBounds", () => {
  it.each(golden.cases)("$spending, α $alpha, looks at $fractions", ({ alpha, spending, fractions, ...expected }) => {
    const bounds = groupSequentialBounds({ alpha, spending: spending as Spending, fractions });
    for (const key of ["z", "cumulativeAlpha", "incrementalAlpha"] as const) {
      expect(bounds[key]).toHaveLength(fractions.length);
      for (const [look, value] of expected[key].entries()) {
        expect(Math.abs((bounds[key][look] ?? Number.NaN) - value)).toBeLessThan(1e-6);
      }
    }
  });
  it("equals the published O'Brien-Fleming-like bounds of five equal looks at 0.025", () => {
    // Lan & DeMets (1983), as tabled in Jennison & Turnbull (2000): 4.8769, 3.3570, 2.6803, 2.2898, 2.0310.
    const { z } = groupSequentialBounds({
      alpha: 0.025,
      spending: "obrien-fleming",
      fractions: [0.2, 0.4, 0.6, 0.8, 1],
    });
    expect(z.map((bound) => bound.toFixed(4))).toEqual(["4.8769", "3.3570", "2.6803", "2.2898", "2.0310"]);
  });
  it("stands looks of very unequal size: the last one brings the α that is left", () => {
    const fractions = [0.01, 0.5, 0.505, 0.99, 1];
    const { z, cumulativeAlpha } = groupSequentialBounds({ alpha: 0.05, spending: "pocock", fractions });
    expect(z.every(Number.isFinite)).toBe(true);
    expect(cumulativeAlpha.at(-1)).toBe(0.05);
    const crossed = sequentialCourse({ z, fractions, drift: 0 });
    // Each side alone crosses with at most α; together they lose what crossed the other side first.
    expect(sum(crossed.passes)).toBeLessThan(0.05);
    expect(sum(crossed.passes)).toBeGreaterThan(0.0495);
  });
  it.each<[string, readonly number[], RegExp]>([
    ["no look", [], /at least one look/],
    ["looks that fall", [0.5, 0.4, 1], /fractions\[1\] is 0.4 after 0.5/],
    ["a look twice", [0.5, 0.5, 1], /fractions\[1\]/],
    ["a last look before the end", [0.5, 0.9], /must be 1; got 0.9/],
    ["a share above 1", [0.5, 1.1], /fractions\[1\] is 1.1/],
    ["no number", [Number.NaN, 1], /fractions\[0\] is NaN/],
  ])("refuses %s", (_, fractions, message) => {
    expect(() => groupSequentialBounds({ alpha: 0.05, spending: "pocock", fractions })).toThrow(message);
  });
  it("refuses an α of 0 and 1", () => {
    for (const alpha of [0, 1, Number.NaN])
      expect(() => groupSequentialBounds({ alpha, spending: "pocock", fractions: [1] })).toThrow(RangeError);
  });
});

describe("spentAlpha", () => {
  it.each<Spending>(["obrien-fleming", "pocock"])("%s rises from 0 to α", (spending) => {
    const spent = [0, 0.1, 0.5, 0.9, 1].map((fraction) => spentAlpha(spending, 0.05, fraction));
    expect(spent[0]).toBe(0);
    expect(spent.at(-1)).toBe(0.05);
    expect(spent.every((value, index) => index === 0 || value > (spent[index - 1] ?? 1))).toBe(true);
  });
});

describe("sequentialCourse", () => {
  const fractions = [0.2, 0.4, 0.6, 0.8, 1];
  const { z } = groupSequentialBounds({ alpha: 0.05, spending: "obrien-fleming", fractions });

  it("of one look is the fixed test", () => {
    const course = sequentialCourse({ z: [1.6448536269514722], fractions: [1], drift: 2.5 });
    expect(course.expectedFraction).toBe(1);
    expect(course.passes[0]).toBeCloseTo(normalSurvival(1.6448536269514722 - 2.5), 12);
    expect(course.fails[0]).toBeCloseTo(normalSurvival(1.6448536269514722 + 2.5), 12);
  });
  it("mirrors with the drift", () => {
    const [up, down] = [1.7, -1.7].map((drift) => sequentialCourse({ z, fractions, drift }));
    for (const [look, pass] of (up?.passes ?? []).entries()) expect(down?.fails[look]).toBeCloseTo(pass, 12);
    expect(up?.expectedFraction).toBeCloseTo(down?.expectedFraction ?? 0, 12);
  });
  it("agrees with 40,000 simulated courses within five standard errors", () => {
    const random = seededRandom(20);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const drift = 3;
    const draws = 40_000;
    const passed = [0, 0, 0, 0, 0];
    let asked = 0;
    for (let draw = 0; draw < draws; draw++) {
      let score = 0;
      for (const [look, fraction] of fractions.entries()) {
        const elapsed = fraction - (fractions[look - 1] ?? 0);
        score += drift * elapsed + Math.sqrt(elapsed) * normal();
        const bound = (z[look] ?? 0) * Math.sqrt(fraction);
        asked += elapsed / draws;
        if (score >= bound) passed[look] = (passed[look] ?? 0) + 1;
        if (Math.abs(score) >= bound) break;
      }
    }
    const course = sequentialCourse({ z, fractions, drift });
    for (const [look, probability] of course.passes.entries()) {
      const error = Math.sqrt((probability * (1 - probability)) / draws);
      expect(Math.abs((passed[look] ?? 0) / draws - probability)).toBeLessThan(5 * error + 1e-9);
    }
    expect(Math.abs(asked - course.expectedFraction)).toBeLessThan((5 * 0.25) / Math.sqrt(draws));
  });
});

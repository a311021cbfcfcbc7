import { describe, expect, it } from "vitest";
import { newcombeInterval } from "../../src/stats/newcombe.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

describe("newcombeInterval", () => {
  it.each(golden.newcombe_independent)("$x1/$n1 − $x2/$n2", ({ x1, n1, x2, n2, confidence, ...expected }) => {
    const interval = newcombeInterval({ successes1: x1, trials1: n1, successes2: x2, trials2: n2, confidence });
    expectRelative(interval.difference, expected.difference);
    expectRelative(interval.lower, expected.lower);
    expectRelative(interval.upper, expected.upper);
  });
  it("stays in [−1, 1] and has a width at the extremes", () => {
    const worst = newcombeInterval({ successes1: 0, trials1: 5, successes2: 5, trials2: 5, confidence: 0.9 });
    expect(worst).toMatchObject({ difference: -1, lower: -1 });
    expect(worst.upper).toBeGreaterThan(-1);
    const same = newcombeInterval({ successes1: 5, trials1: 5, successes2: 5, trials2: 5, confidence: 0.9 });
    expect(same.lower).toBeLessThan(0);
    expect(same.upper).toBeCloseTo(-same.lower, 15);
  });
  it("refuses an empty sample", () => {
    expect(() => newcombeInterval({ successes1: 0, trials1: 0, successes2: 1, trials2: 2, confidence: 0.9 })).toThrow(
      RangeError,
    );
  });
});

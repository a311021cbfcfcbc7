import { describe, expect, it } from "vitest";
import { decidingLevel, SINGLE_LOOK } from "../../src/domain/deciding-level.ts";

describe("decidingLevel", () => {
  it("is 5 % one-sided for one look, so that the 90 % interval decides", () => {
    expect(SINGLE_LOOK).toEqual({ alpha: 0.05, confidence: 0.9, label: "90 %" });
  });

  it("splits α over several looks", () => {
    expect(decidingLevel(2)).toEqual({ alpha: 0.025, confidence: 0.95, label: "95 %" });
    expect(decidingLevel(3).label).toBe("96.67 %");
    expect(decidingLevel(20).confidence).toBeCloseTo(0.995, 12);
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %d looks", (looks) => {
    expect(() => decidingLevel(looks)).toThrow(RangeError);
  });
});

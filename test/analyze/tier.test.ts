import { describe, expect, it } from "vitest";
import { atLeastTier, TIERS, tierOf } from "../../src/analyze/tier.ts";

function tier(accuracyPp: number, generationPercent: number): string {
  const result = tierOf({ accuracyPp, generationPercent });
  return result.kind === "tier" ? result.tier : result.kind;
}

describe("tierOf", () => {
  it("puts a limit itself into the better tier and anything beyond it into the next", () => {
    expect([tier(-3, 0), tier(-5, 0), tier(-10, 0)]).toEqual(["negligible", "acceptable", "concerning"]);
    expect([tier(-3.01, 0), tier(-5.01, 0), tier(-10.01, 0)]).toEqual(["acceptable", "concerning", "unacceptable"]);
    expect([tier(0, -3), tier(0, -8), tier(0, -15)]).toEqual(["negligible", "acceptable", "concerning"]);
    expect([tier(0, -3.01), tier(0, -8.01), tier(0, -15.01)]).toEqual(["acceptable", "concerning", "unacceptable"]);
  });

  it("takes the worse of accuracy and generation", () => {
    expect(tier(-4, -1)).toBe("acceptable");
    expect(tier(-1, -12)).toBe("concerning");
    expect(tier(-11, -12)).toBe("unacceptable");
    expect(tier(+20, -16)).toBe("unacceptable");
  });

  it("goes by what there is, and has no tier for nothing", () => {
    expect(tierOf({ accuracyPp: -4 })).toEqual({ kind: "tier", tier: "acceptable", accuracyLossPp: 4 });
    expect(tierOf({ generationPercent: 0 })).toEqual({ kind: "tier", tier: "negligible", generationLossPercent: 0 });
    expect(tierOf({})).toMatchObject({ kind: "none" });
  });

  it("isn't moved over a limit by rounding", () => {
    // 0.1 · 3 · 10 is 3.0000000000000004.
    expect(tierOf({ accuracyPp: -(0.1 * 3 * 10) })).toMatchObject({ tier: "negligible" });
  });
});

describe("atLeastTier", () => {
  it("orders the tiers from good to bad", () => {
    for (const [index, better] of TIERS.entries()) {
      for (const [other, worse] of TIERS.entries()) expect(atLeastTier(better, worse)).toBe(index <= other);
    }
  });
});

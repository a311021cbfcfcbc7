import { describe, expect, it } from "vitest";
import { mcnemar } from "../../src/stats/mcnemar.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

describe("mcnemar", () => {
  it.each(golden.mcnemar)("+$b −$c", ({ b, c, p_exact, p_mid, p_chi2_cc }) => {
    for (const test of [mcnemar({ gained: b, lost: c }), mcnemar({ gained: c, lost: b })]) {
      expectRelative(test.exact, p_exact);
      expectRelative(test.midP, p_mid);
      expectRelative(test.chiSquared, p_chi2_cc);
    }
  });
  it("is 1 when nothing changed", () => {
    expect(mcnemar({ gained: 0, lost: 0 })).toEqual({ exact: 1, midP: 1, chiSquared: 1 });
  });
  it("stays exact for large counts", () => {
    // mpmath, 30 digits: twice the sum of C(n, j) / 2^n over j up to 6902 of 14042, and up to 490000 of 10^6.
    expectRelative(mcnemar({ gained: 6902, lost: 7140 }).exact, 0.04549449633532372);
    expectRelative(mcnemar({ gained: 490_000, lost: 510_000 }).exact, 5.54436328769228e-89);
  });
  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d gains", (gained) => {
    expect(() => mcnemar({ gained, lost: 3 })).toThrow(RangeError);
  });
});

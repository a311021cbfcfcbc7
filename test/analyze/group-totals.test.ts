import { describe, expect, it } from "vitest";
import { groupTotals } from "../../src/analyze/group-totals.ts";
import { mean } from "../../src/stats/descriptive.ts";

describe("groupTotals", () => {
  it("are the values where nothing is grouped", () => {
    expect(groupTotals([0.1, -0.2], [undefined, undefined])).toEqual({ totals: [0.1, -0.2], perItem: 1 });
    expect(groupTotals([], [])).toEqual({ totals: [], perItem: 1 });
  });

  it("scale back to the mean of the values and stay within their bounds", () => {
    const values = [0.5, 0.25, -0.75, 1, 1, 1, -1];
    const groups = ["a", "a", undefined, "b", "b", "b", undefined];
    const { totals, perItem } = groupTotals(values, groups);
    expect(totals).toHaveLength(4);
    expect(mean(totals) * perItem).toBeCloseTo(mean(values), 12);
    for (const total of totals) expect(Math.abs(total)).toBeLessThanOrEqual(1);
  });

  it("never takes a value without a group for a group of that number", () => {
    expect(groupTotals([1, 1], [undefined, "0"]).totals).toHaveLength(2);
  });
});

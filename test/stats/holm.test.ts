import { describe, expect, it } from "vitest";
import { holm } from "../../src/stats/holm.ts";
import golden from "../golden/statistics.json" with { type: "json" };
import { expectRelative } from "./relative.ts";

describe("holm", () => {
  it.each(golden.holm)("$p", ({ p, alpha, adjusted, rejected }) => {
    const actual = holm(p);
    expect(actual).toHaveLength(adjusted.length);
    for (const [index, value] of actual.entries()) expectRelative(value, adjusted[index] ?? Number.NaN);
    expect(actual.map((value) => value <= alpha)).toEqual(rejected);
  });
  it("keeps the input order and never decreases", () => {
    expect(holm([0.04, 0.01])).toEqual([0.04, 0.02]);
    expect(holm([0.02, 0.02, 0.02])).toEqual([0.06, 0.06, 0.06]);
  });
  it("answers nothing to nothing", () => {
    expect(holm([])).toEqual([]);
  });
  it.each([-0.1, 1.1, Number.NaN])("refuses p = %d", (p) => {
    expect(() => holm([0.5, p])).toThrow(RangeError);
  });
});

import { describe, expect, it } from "vitest";
import { scored, unscored } from "../../src/domain/score.ts";

describe("a score", () => {
  it.each([0, 0.5, 1])("can be %d", (value) => {
    expect(scored(value)).toEqual({ kind: "scored", value });
  });

  it.each([-Number.EPSILON, 1 + Number.EPSILON, Number.NaN, Number.POSITIVE_INFINITY])("can't be %d", (value) => {
    expect(() => scored(value)).toThrow(RangeError);
  });

  it("keeps the statistics that a corpus figure is pooled from", () => {
    expect(scored(0.5, [1, 2])).toEqual({ kind: "scored", value: 0.5, statistics: [1, 2] });
  });

  it("that can't be computed has a reason and no value", () => {
    expect(unscored("no reference")).toEqual({ kind: "unscored", reason: "no reference" });
  });
});

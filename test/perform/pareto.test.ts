import { describe, expect, it } from "vitest";
import { paretoFront } from "../../src/perform/pareto.ts";

const goals = { quality: "higher", usd: "lower" } as const;
const point = (name: string, quality: number, usd: number) => ({ name, figures: { quality, usd } });
const front = (...points: ReturnType<typeof point>[]): readonly string[] =>
  paretoFront(points, goals).map(({ name }) => name);

describe("paretoFront", () => {
  it("keeps what is best in one goal and drops what another beats in all", () => {
    expect(front(point("best", 0.9, 3), point("cheap", 0.5, 1), point("dominated", 0.5, 2))).toEqual(["best", "cheap"]);
  });
  it("drops what is equal in one goal and worse in the other", () => {
    expect(front(point("a", 0.9, 1), point("b", 0.9, 2))).toEqual(["a"]);
  });
  it("keeps ties, also at infinity", () => {
    expect(front(point("a", 0.9, 1), point("b", 0.9, 1))).toEqual(["a", "b"]);
    const infinite = Number.POSITIVE_INFINITY;
    expect(front(point("a", 0.9, infinite), point("b", 0.8, infinite))).toEqual(["a"]);
  });
  it("of nothing is empty; a figure that is no number is refused", () => {
    expect(front()).toEqual([]);
    expect(() => front(point("a", Number.NaN, 1))).toThrow(/"quality"/);
  });
});

import { describe, expect, it } from "vitest";
import { exactMatch } from "../../../src/score/text/exact-match.ts";

describe("exact match", () => {
  it.each([
    ["Paris", "Paris"],
    [" Paris\n", "paris"],
    ["\uFEFFParis", "PARIS\u00a0"],
    ["STRASSE", "straße"],
    ["GROẞ", "gross"],
    ["ΟΔΥΣΣΕΥΣ", "οδυσσευσ"],
    ["οδυσσευς", "οδυσσευσ"],
    ["Ampère", "ampe\u0300re"],
    ["273 \u212a", "273 k"],
    ["ﬁne", "FINE"],
    ["", "  "],
    ["İ", "i\u0307"],
  ])("%j equals %j", (candidate, reference) => {
    expect(exactMatch(candidate, reference)).toBe(1);
    expect(exactMatch(reference, candidate)).toBe(1);
  });

  it.each([
    ["Paris", "Paris."],
    ["Paris", ""],
    ["new york", "new  york"],
    ["resume", "résumé"],
    ["I", "ı"],
    ["ı", "i"],
    ["B", "b)"],
  ])("%j differs from %j", (candidate, reference) => {
    expect(exactMatch(candidate, reference)).toBe(0);
    expect(exactMatch(reference, candidate)).toBe(0);
  });
});

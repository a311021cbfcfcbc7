import { describe, expect, it } from "vitest";
import { outputLengthRatio } from "../../../src/score/text/output-length-ratio.ts";

describe("output length ratio", () => {
  it.each([
    ["", "", 1],
    ["", "a", 0],
    ["abcd", "ab", 0.5],
    ["ab", "abcd", 0.5],
    ["😀😀", "ab", 1],
    ["👨‍👩‍👧", "abcde", 1],
    ["\ud83d", "a", 1],
    ["\ude00\ud83d", "a", 0.5],
    [" a ", "a", 1 / 3],
  ])("of %j and %j is %d", (candidate, reference, expected) => {
    expect(outputLengthRatio(candidate, reference)).toBe(expected);
  });
});

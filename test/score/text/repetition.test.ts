import { describe, expect, it } from "vitest";
import { repetition } from "../../../src/score/text/repetition.ts";
import { wordTokens } from "../../../src/score/text/word-tokens.ts";

describe("repetition", () => {
  it("is the share of distinct 4-grams", () => {
    expect(repetition("one two three four")).toEqual({ kind: "scored", value: 1 });
    expect(repetition("one two three four one two three four")).toEqual({ kind: "scored", value: 4 / 5 });
    expect(repetition("spam ".repeat(13))).toEqual({ kind: "scored", value: 1 / 10 });
  });

  it("ignores letter case and punctuation", () => {
    expect(repetition("Spam, spam! SPAM spam; spam?")).toEqual({ kind: "scored", value: 1 / 2 });
  });

  it("is unscored, with the reason, below four words", () => {
    for (const [text, words] of [
      ["", 0],
      ["one two three", 3],
      [". , ! ? ; :", 0],
      ["😀 😀 😀 😀", 0],
    ] as const) {
      expect(repetition(text)).toEqual({
        kind: "unscored",
        reason: `repetition needs at least 4 words, the text has ${words}`,
      });
    }
  });

  it("sees loops in scripts without spaces", () => {
    expect(repetition("我喜欢我喜欢我喜欢")).toEqual({ kind: "scored", value: 3 / 6 });
    expect(repetition("Привет мир Привет мир Привет мир")).toEqual({ kind: "scored", value: 2 / 3 });
  });

  it("takes hostile texts of 100,000 characters", () => {
    for (const unit of ["http://a.", "a'", "a.", "#a-", "1,", "我", "😀", " ", "word "]) {
      const text = unit.repeat(Math.ceil(100_000 / unit.length));
      const score = repetition(text);
      expect(score.kind).toBe(unit === "😀" || unit === " " ? "unscored" : "scored");
    }
  });
});

describe("word tokens", () => {
  it("are wink-nlp's, lower-cased, with a letter or a digit", () => {
    expect(wordTokens("The cat's 3.5% of U.S. hats (don't ask)!")).toEqual([
      "the",
      "cat",
      "'s",
      "3.5",
      "of",
      "u.s.",
      "hats",
      "do",
      "n't",
      "ask",
    ]);
  });

  it("cut runs of more than 128 characters without splitting a surrogate pair", () => {
    const tokens = wordTokens("𝒳".repeat(200));
    expect(tokens.join("")).toBe("𝒳".repeat(200));
    expect(tokens.some((token) => /\p{Cs}/u.test(token))).toBe(false);
  });

  it("include words that are names of object properties", () => {
    expect(wordTokens("constructor toString hasOwnProperty")).toEqual(["constructor", "tostring", "hasownproperty"]);
  });
});

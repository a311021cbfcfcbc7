import { describe, expect, it } from "vitest";
import { rougeTexts, rougeTokens } from "../../../src/score/text/rouge-tokenize.ts";
import { golden } from "./golden.ts";

describe("ROUGE tokens", () => {
  it.each(golden.cases)("equal rouge_score's on $name", ({ hyp, rouge_tokens_hyp, rouge_tokens_hyp_stem }) => {
    expect(rougeTokens(hyp)).toEqual(rouge_tokens_hyp);
    expect(rougeTokens(hyp, { stemmer: true })).toEqual(rouge_tokens_hyp_stem);
  });

  it("equal the definition on every code unit", () => {
    for (let unit = 0; unit < 0x10000; unit += 1) {
      const text = `A${String.fromCharCode(unit)}B`;
      const expected = text
        .toLowerCase()
        .split(/[^a-z0-9]+/)
        .filter((token) => token !== "");
      const actual = rougeTokens(text);
      if (actual.join(" ") !== expected.join(" ")) expect({ unit, actual }).toEqual({ unit, actual: expected });
    }
  });

  it("are none for text without Latin letters or digits", () => {
    expect(rougeTokens("我喜欢吃苹果。")).toEqual([]);
    expect(rougeTokens("Привет")).toEqual([]);
  });

  it("keep a very long token whole", () => {
    expect(rougeTokens("Y".repeat(100_000))).toEqual(["y".repeat(100_000)]);
  });

  it("remember the lines that have tokens", () => {
    expect(rougeTexts(["a b\n\n。\nc\r\nd"], {}).texts[0]).toEqual({ tokens: [0, 1, 2, 3], lineEnds: [2, 3, 4] });
  });
});

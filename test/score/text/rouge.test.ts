import { describe, expect, it } from "vitest";
import { rouge, rougeL, rougeMultiReference, rougeN, rougeSignature } from "../../../src/score/text/rouge.ts";
import { type GoldenRouge, golden } from "./golden.ts";

const NAMES = ["rouge1", "rouge2", "rougeL", "rougeLsum"] as const;

function expectEqual(actual: ReturnType<typeof rouge>, expected: GoldenRouge): void {
  for (const name of NAMES) {
    const [precision, recall, f1] = expected[name];
    expect(Math.abs(actual[name].precision - precision), `${name} precision`).toBeLessThan(1e-9);
    expect(Math.abs(actual[name].recall - recall), `${name} recall`).toBeLessThan(1e-9);
    expect(Math.abs(actual[name].f1 - f1), `${name} f1`).toBeLessThan(1e-9);
  }
}

describe("ROUGE equals Google's rouge_score", () => {
  it.each(golden.cases)("$name", ({ hyp, refs, rouge: plain, rouge_stem }) => {
    const reference = refs[0] ?? "";
    expectEqual(rouge(hyp, reference), plain);
    expectEqual(rouge(hyp, reference, { stemmer: true }), rouge_stem);
    expect(rougeN(hyp, reference, 1)).toEqual(rouge(hyp, reference).rouge1);
    expect(rougeN(hyp, reference, 2)).toEqual(rouge(hyp, reference).rouge2);
    expect(rougeL(hyp, reference)).toEqual(rouge(hyp, reference).rougeL);
  });
});

describe("ROUGE", () => {
  it("takes the best F1 over several references, figure by figure", () => {
    const references = ["the cat", "on the mat there sat a cat"];
    const each = references.map((reference) => rouge("the cat sat on the mat", reference));
    const both = rougeMultiReference("the cat sat on the mat", references);
    for (const name of NAMES) expect(both[name].f1).toBe(Math.max(...each.map((scores) => scores[name].f1)));
    expect(() => rougeMultiReference("a", [])).toThrow(RangeError);
  });

  it("gives zeros, not NaN, for texts without tokens", () => {
    for (const [a, b] of [
      ["", ""],
      ["苹果", "苹果"],
      ["a", ""],
      ["", "a"],
    ] as const) {
      for (const name of NAMES) expect(rouge(a, b)[name]).toEqual({ precision: 0, recall: 0, f1: 0 });
    }
  });

  it("gives ROUGE-N for any order, and refuses others", () => {
    expect(rougeN("a b c d e", "a b c d f", 4)).toEqual({ precision: 0.5, recall: 0.5, f1: 0.5 });
    expect(rougeN("a b", "a b", 1_000_000_000)).toEqual({ precision: 0, recall: 0, f1: 0 });
    expect(() => rougeN("a", "a", 0)).toThrow(RangeError);
    expect(() => rougeN("a", "a", 1.5)).toThrow(RangeError);
  });

  it("prints its recipe", () => {
    expect(rougeSignature()).toBe("ROUGE|refs:1|tok:a-z0-9|case:lc|stem:no|v:1");
    expect(rougeSignature({ stemmer: true, references: 2 })).toBe(
      "ROUGE|refs:2|tok:a-z0-9|case:lc|stem:porter-nltk|v:1",
    );
  });

  it("scores texts of 100,000 characters", () => {
    const words = Array.from({ length: 17_000 }, (_, index) => `w${(index * 7919) % 4001}`);
    const text = words.join(" ");
    const lines = words.map((word, index) => (index % 12 === 11 ? `${word}\n` : word)).join(" ");
    expect(text.length).toBeGreaterThan(95_000);
    expect(rouge(text, text).rougeL.f1).toBe(1);
    expect(rouge(text, `x ${text}`).rougeL.recall).toBeCloseTo(17_000 / 17_001, 12);
    expect(rouge(lines, `y ${lines}`).rougeLsum.precision).toBe(1);
    const numbered = (first: number) => Array.from({ length: 14_000 }, (_, index) => `a ${first + index}`).join("\n");
    expect(rouge(numbered(0), numbered(7_000)).rougeLsum.recall).toBe((14_000 + 7_000) / 28_000);
    expect(rouge("a ".repeat(50_000), `b ${"a ".repeat(49_999)}c`).rougeL.recall).toBeCloseTo(49_999 / 50_001, 12);
  });
});

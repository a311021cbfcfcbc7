import { describe, expect, it } from "vitest";
import { bleuFromStatistics, bleuStatistics, corpusBleu, sentenceBleu } from "../../../src/score/text/bleu.ts";
import { golden } from "./golden.ts";

describe("sentence BLEU equals sacreBLEU 2.6.0", () => {
  it.each(golden.cases)("$name", ({ hyp, refs, sentence_bleu, sentence_bleu_lc, sentence_bleu_no_eff }) => {
    for (const [options, expected] of [
      [{}, sentence_bleu],
      [{ lowercase: true }, sentence_bleu_lc],
      [{ effectiveOrder: false }, sentence_bleu_no_eff],
    ] as const) {
      const actual = sentenceBleu(hyp, refs, options);
      expect(Math.abs(actual.score - expected.score / 100)).toBeLessThan(1e-9);
      expect(actual.score).toBeLessThanOrEqual(1);
      expect(Math.abs(actual.brevityPenalty - expected.bp)).toBeLessThan(1e-9);
      actual.precisions.forEach((precision, index) => {
        expect(Math.abs(precision - (expected.precisions[index] ?? Number.NaN) / 100)).toBeLessThan(1e-9);
      });
      expect(bleuStatistics(hyp, refs, { lowercase: "lowercase" in options })).toEqual([
        ...expected.counts,
        ...expected.totals,
        expected.sys_len,
        expected.ref_len,
      ]);
    }
  });

  it("reads all golden cases", () => {
    expect(golden.cases).toHaveLength(70);
    expect(golden.corpus).toHaveLength(14);
  });
});

describe("corpus BLEU equals sacreBLEU 2.6.0", () => {
  it.each(golden.corpus)("$name", ({ args, hyps, refs, bleu }) => {
    const references = hyps.map((_, index) => refs.map((stream) => stream[index] ?? ""));
    const options = {
      ...(args.lowercase === undefined ? {} : { lowercase: args.lowercase }),
      ...(args.effective_order === undefined ? {} : { effectiveOrder: args.effective_order }),
      ...(args.smooth_method === undefined ? {} : { smoothing: args.smooth_method }),
      ...(args.smooth_value === undefined ? {} : { smoothingValue: args.smooth_value }),
      ...(args.tokenize === undefined ? {} : { tokenizer: args.tokenize }),
    };
    const actual = corpusBleu(hyps, references, options);
    expect(Math.abs(actual.score - bleu.score / 100)).toBeLessThan(1e-9);
    expect(Math.abs(actual.brevityPenalty - bleu.bp)).toBeLessThan(1e-9);
    actual.precisions.forEach((precision, index) => {
      expect(Math.abs(precision - (bleu.precisions[index] ?? Number.NaN) / 100)).toBeLessThan(1e-9);
    });
  });
});

describe("BLEU", () => {
  it("gives identical text exactly 1", () => {
    expect(sentenceBleu("the cat sat on the mat", ["the cat sat on the mat"]).score).toBe(1);
    expect(corpusBleu(["the cat sat on the mat"], [["the cat sat on the mat"]]).score).toBe(1);
  });

  it("prints its recipe", () => {
    expect(sentenceBleu("a", ["a"]).signature).toBe("BLEU|refs:1|case:mixed|tok:13a|smooth:exp|eff:yes|v:1");
    expect(sentenceBleu("a", ["a", "b"], { lowercase: true }).signature).toBe(
      "BLEU|refs:2|case:lc|tok:13a|smooth:exp|eff:yes|v:1",
    );
    expect(corpusBleu(["a", "b"], [["a"], ["b"]]).signature).toBe(
      "BLEU|refs:1|case:mixed|tok:13a|smooth:exp|eff:no|v:1",
    );
    expect(corpusBleu(["a", "b"], [["a"], ["b", "c"]], { smoothing: "floor" }).signature).toBe(
      "BLEU|refs:var|case:mixed|tok:13a|smooth:floor[0.10]|eff:no|v:1",
    );
  });

  it("pools summed statistics to the corpus figure, which is not the mean of the sentences", () => {
    const candidates = ["the cat sat on the mat today", "a dog", "no match here"];
    const references = [["the cat sat on a mat today"], ["a dog barks"], ["something else"]];
    const sum = candidates
      .map((candidate, index) => bleuStatistics(candidate, references[index] ?? []))
      .reduce((total, statistics) => total.map((value, index) => value + (statistics[index] ?? 0)));
    const corpus = corpusBleu(candidates, references);
    expect(bleuFromStatistics(sum)).toEqual(corpus);
    const sentences = candidates.map((candidate, index) => sentenceBleu(candidate, references[index] ?? []).score);
    expect(corpus.score).not.toBeCloseTo(sentences.reduce((a, b) => a + b) / 3, 3);
  });

  it("clips a repeated n-gram to its largest count in one reference, not to the sum over references", () => {
    expect(bleuStatistics("the the the", ["the cat the", "the dog"]).slice(0, 2)).toEqual([2, 0]);
  });

  it("refuses a candidate without references, lists of different lengths, and statistics of another length", () => {
    expect(() => sentenceBleu("a", [])).toThrow(RangeError);
    expect(() => corpusBleu(["a"], [])).toThrow(/1 candidates, 0 lists/);
    expect(() => bleuFromStatistics([1, 2])).toThrow(/10 numbers/);
  });

  it("scores an empty corpus 0", () => {
    expect(corpusBleu([], [])).toMatchObject({ score: 0, precisions: [0, 0, 0, 0] });
  });

  it("doesn't change its answer after a long text, nor with object-prototype words", () => {
    const before = sentenceBleu("constructor __proto__ toString x", ["constructor __proto__ y toString"]);
    const long = Array.from({ length: 20_000 }, (_, index) => `w${index % 7919}`).join(" ");
    expect(sentenceBleu(long, [long]).score).toBe(1);
    expect(sentenceBleu("constructor __proto__ toString x", ["constructor __proto__ y toString"])).toEqual(before);
  });
});

import { describe, expect, it } from "vitest";
import { withTexts } from "../../src/score/neural/read-texts.ts";
import { pooledFigures, readInPart } from "../../src/score/pooled-figures.ts";

const SIGNATURE = "bertscore|roberta-large_L17|rev:main|sha256:00|max-tokens:512|ep:cpu|run:x";
const [WHOLE, CUT] = [{ truncated: false }, { truncated: true }];
const sum = (rows: readonly (readonly number[])[]) => rows.reduce((a, b) => a.map((value, at) => value + (b[at] ?? 0)));

describe("figures beside a metric's mean", () => {
  it("are the means of BERTScore's precision and recall", () => {
    const sums = sum([withTexts([0.25, 0.5, 1 / 3], [WHOLE, WHOLE]), withTexts([0.75, 1, 6 / 7], [CUT, WHOLE])]);
    expect(pooledFigures("bertscore", { sums, items: 2, signature: SIGNATURE })).toEqual([
      { name: "bertscore_precision", value: 0.5, signature: `${SIGNATURE}|figure:precision` },
      { name: "bertscore_recall", value: 0.75, signature: `${SIGNATURE}|figure:recall` },
    ]);
  });

  it("are coherence sentence by sentence, over the answers that have it", () => {
    const sums = sum([
      withTexts([0.9, 0.5, 1], [WHOLE]),
      withTexts([0.7, 0, 0], [WHOLE]),
      withTexts([0.8, 0.7, 1], [WHOLE]),
    ]);
    expect(pooledFigures("coherence", { sums, items: 3, signature: "c" })).toEqual([
      {
        name: "coherence_by_sentence",
        value: expect.closeTo(0.6, 12),
        items: 2,
        signature: "c|figure:by-sentence|sentences:wink",
      },
    ]);
    expect(pooledFigures("coherence", { sums: withTexts([0.7, 0, 0], [WHOLE]), items: 1, signature: "c" })).toEqual([]);
  });

  it("are none for metrics without statistics of that kind", () => {
    expect(pooledFigures("rouge_l", { sums: [1, 2, 3], items: 1, signature: "r" })).toEqual([]);
  });
});

describe("texts read in part", () => {
  it("are counted over items, with the encoder's maximum from the recipe", () => {
    const sums = sum([withTexts([0, 0, 0], [CUT, WHOLE, WHOLE]), withTexts([0, 0, 0], [CUT, CUT])]);
    expect(readInPart("bertscore", sums, SIGNATURE)).toEqual({ texts: 5, truncated: 3, maxTokens: 512 });
  });

  it("have no maximum where recipes differ, and aren't counted where there is no encoder", () => {
    expect(readInPart("coherence", [0.5, 0, 0, 2, 1], undefined)).toEqual({ texts: 2, truncated: 1 });
    expect(readInPart("bleu", [1, 2, 3], "BLEU|v:1")).toBeUndefined();
  });
});

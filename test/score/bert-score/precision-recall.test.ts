import { afterAll, describe, expect, it } from "vitest";
import { EmbeddingEngine } from "../../../src/onnx/engine/engine.ts";
import { bestOf, NO_OVERLAP, precisionRecall } from "../../../src/score/bert-score/precision-recall.ts";
import { DocumentFrequencies, equalWeights, type TokenWeight } from "../../../src/score/bert-score/token-weights.ts";
import { BERTSCORE, hiddenStatesOf, idsOf, SPECIAL_IDS } from "./bert-score-golden.ts";

const engine = new EmbeddingEngine({ workers: 1 });
afterAll(() => engine.close());

function idfOf(references: readonly string[]): TokenWeight {
  const frequencies = new DocumentFrequencies();
  for (const reference of references) frequencies.add(idsOf(reference));
  return frequencies.weight;
}

async function scoreAll(weight: TokenWeight) {
  const pairs = BERTSCORE.cands.map((candidate, index) => ({ candidate, reference: BERTSCORE.refs[index] ?? "" }));
  const matches = await engine.match(
    pairs.map(({ candidate, reference }) => ({
      candidate: hiddenStatesOf(candidate),
      reference: hiddenStatesOf(reference),
    })),
    new AbortController().signal,
  );
  return pairs.map(({ candidate, reference }, index) => {
    if (candidate === "" || reference === "") return NO_OVERLAP;
    const { candidate: best = [], reference: bestOfReference = [] } = matches[index] ?? {};
    const scores = precisionRecall(
      { ids: idsOf(candidate), best },
      { ids: idsOf(reference), best: bestOfReference },
      weight,
    );
    if (scores === undefined) throw new Error("the golden pairs all have a score");
    return scores;
  });
}

describe("precision, recall and F1", () => {
  // Expected numbers: bert_score 0.3.12 on given hidden states, unpadded; test/golden/bertscore.json
  it("equal the reference implementation's with equal weights", async () => {
    const [precision, recall, f1] = BERTSCORE.results.no_idf_batch1;
    const scores = await scoreAll(equalWeights(SPECIAL_IDS));
    expect(scores).toHaveLength(6);
    for (const [index, score] of scores.entries()) {
      expect(score.precision).toBeCloseTo(precision[index] ?? Number.NaN, 6);
      expect(score.recall).toBeCloseTo(recall[index] ?? Number.NaN, 6);
      expect(score.f1).toBeCloseTo(f1[index] ?? Number.NaN, 6);
    }
  });

  it("equal the reference implementation's with inverse document frequency", async () => {
    const [precision, recall, f1] = BERTSCORE.results.idf_batch1;
    const scores = await scoreAll(idfOf(BERTSCORE.refs));
    expect(scores).toHaveLength(6);
    for (const [index, score] of scores.entries()) {
      expect(score.precision).toBeCloseTo(precision[index] ?? Number.NaN, 6);
      expect(score.recall).toBeCloseTo(recall[index] ?? Number.NaN, 6);
      expect(score.f1).toBeCloseTo(f1[index] ?? Number.NaN, 6);
    }
  });

  it("are undefined when every token of a text weighs nothing", () => {
    const text = { ids: [2, 10, 3], best: [1, 1, 1] };
    expect(precisionRecall(text, text, () => 0)).toBeUndefined();
    expect(precisionRecall(text, text, equalWeights([2, 3, 10]))).toBeUndefined();
  });

  it("take the best of several references, each component for itself", () => {
    expect(
      bestOf([
        { precision: 0.9, recall: 0.5, f1: 0.64 },
        { precision: 0.7, recall: 0.8, f1: 0.75 },
      ]),
    ).toEqual({ precision: 0.9, recall: 0.8, f1: 0.75 });
  });
});

describe("inverse document frequency", () => {
  const weight = idfOf(BERTSCORE.refs);

  it.each(Object.entries(BERTSCORE.idf))("of token %s is the reference implementation's", (id, expected) => {
    expect(weight(Number(id))).toBeCloseTo(expected, 12);
  });

  it("of a token in no reference is ln(N + 1)", () => {
    expect(weight(99)).toBeCloseTo(BERTSCORE.idf_default, 12);
  });
});

import { expect, it } from "vitest";
import {
  pooledSentenceCoherence,
  sentenceCoherence,
  withSentences,
} from "../../../src/score/coherence/sentence-coherence.ts";

it("takes the closest reference of each sentence, and nothing below 0", () => {
  const references = [
    [1, 0],
    [0, 1],
  ];
  const sentences = [
    [2, 0],
    [3, 4],
    [-1, -1],
  ];
  expect(sentenceCoherence(sentences, references)).toBeCloseTo((1 + 0.8 + 0) / 3, 12);
});

it("is undefined for a single sentence, or with nothing to compare with", () => {
  expect(sentenceCoherence([[1, 0]], [[1, 0]])).toBeUndefined();
  expect(
    sentenceCoherence(
      [
        [1, 0],
        [1, 0],
      ],
      [],
    ),
  ).toBeUndefined();
  expect(sentenceCoherence([], [[1, 0]])).toBeUndefined();
});

it("is pooled over the answers that have it", () => {
  expect([withSentences(0.5, 0.25), withSentences(0.7, undefined)]).toEqual([
    [0.5, 0.25, 1],
    [0.7, 0, 0],
  ]);
  expect(pooledSentenceCoherence([1.2, 0.75, 3])).toEqual({ value: 0.25, items: 3 });
  expect(pooledSentenceCoherence([1.2, 0, 0])).toBeUndefined();
});

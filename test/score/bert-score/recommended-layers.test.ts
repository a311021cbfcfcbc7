import { expect, it } from "vitest";
import { recommendedLayer } from "../../../src/score/bert-score/recommended-layers.ts";

it.each([
  // bert_score 0.3.12, model2layers
  ["roberta-large", 17],
  ["FacebookAI/roberta-large", 17],
  ["bert-base-uncased", 9],
  ["microsoft/mpnet-base", 8],
  ["distilroberta-base", 5],
  ["microsoft/deberta-xlarge-mnli", 40],
])("of %s is %i", (model, layer) => expect(recommendedLayer(model)).toBe(layer));

it.each(["all-mpnet-base-v2", "toString", "__proto__", ""])("of %j isn't known", (model) => {
  expect(recommendedLayer(model)).toBeUndefined();
});

import { expect, it } from "vitest";
import { publishedBaseline } from "../../src/onnx/published-baselines.ts";

it("is found by the model's name, with or without its owner", () => {
  const expected = {
    url: expect.stringMatching(/^https:\/\/.+\/[0-9a-f]{40}\/bert_score\/rescale_baseline\/en\/roberta-large\.tsv$/),
    sha256: "08e2248310d0c25d8e22ef65e0a6be15060269f1a9084e560c258f09a9e122ae",
  };
  expect(publishedBaseline("roberta-large")).toEqual(expected);
  expect(publishedBaseline("FacebookAI/roberta-large")).toEqual(expected);
  expect(publishedBaseline("microsoft/deberta-xlarge-mnli")?.url).toMatch(/\/en\/microsoft\/deberta-xlarge-mnli\.tsv$/);
});

it("isn't made up", () => {
  for (const model of ["demo-encoder", "large", "all-mpnet-base-v2", ""])
    expect(publishedBaseline(model)).toBeUndefined();
});

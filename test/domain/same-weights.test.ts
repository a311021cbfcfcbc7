import { expect, it } from "vitest";
import { equalTensorsOfTwoModels, whySameWeights } from "../../src/domain/same-weights.ts";

const digests = (weightsDigest: string, tensorsDigest: string, hyperparametersDigest: string) => ({
  weightsDigest,
  tensorsDigest,
  hyperparametersDigest,
});

it("one file, or equal tensors with an equal tokenizer, are the same weights; what nobody tells is not", () => {
  const one = digests("w1", "t1", "h1");
  expect(whySameWeights(one, digests("w1", "t1", "h1"))).toBe("digest w1");
  expect(whySameWeights(one, digests("w2", "t1", "h1"))).toBe("every tensor is equal, t1");
  expect(whySameWeights(one, digests("w2", "t2", "h1"))).toBeUndefined();
  expect(whySameWeights(one, digests("w2", "t1", "h2"))).toBeUndefined();
  expect(whySameWeights({}, {})).toBeUndefined();
  expect(whySameWeights({ weightsDigest: "w1" }, one)).toBe("digest w1");
});

it("equal tensors under another tokenizer are two models", () => {
  const one = digests("w1", "t1", "h1");
  expect(equalTensorsOfTwoModels(one, digests("w2", "t1", "h2"))).toBe(true);
  expect(equalTensorsOfTwoModels(one, digests("w2", "t1", "h1"))).toBe(false);
  expect(equalTensorsOfTwoModels(one, digests("w2", "t2", "h2"))).toBe(false);
  expect(equalTensorsOfTwoModels({}, {})).toBe(false);
});

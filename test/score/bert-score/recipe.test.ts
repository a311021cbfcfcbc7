import { expect, it } from "vitest";
import { hashCode } from "../../../src/score/bert-score/hash-code.ts";
import { BERTSCORE } from "./bert-score-golden.ts";

const reference = { version: "0.3.12", runtime: "hug_trans=4.40.0" };

it("writes the reference implementation's hash codes", () => {
  // test/golden/bertscore.json
  const codes = [
    hashCode({
      ...reference,
      model: "roberta-large",
      layer: 17,
      idf: false,
      rescaled: "published",
      fastTokenizer: false,
    }),
    hashCode({ ...reference, model: "bert-base-uncased", layer: 9, idf: true, rescaled: "no", fastTokenizer: true }),
    hashCode({ ...reference, model: "x", layer: 3, idf: false, rescaled: "custom", fastTokenizer: false }),
  ];
  expect(codes).toEqual(BERTSCORE.hash);
});

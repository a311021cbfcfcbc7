import { describe, expect, it } from "vitest";
import { checkLabel, ownType } from "../../src/domain/label-check.ts";
import { bitsPerWeightIn, nominalBitsPerWeight, typeWithin } from "../../src/domain/quantization.ts";

/** Told type, measured bits per weight, type of most tensors. */
const told = (quantization?: string, bitsPerWeight?: number, mainTensorType?: string) => ({
  ...(quantization === undefined ? {} : { quantization }),
  ...(bitsPerWeight === undefined ? {} : { bitsPerWeight }),
  ...(mainTensorType === undefined ? {} : { mainTensorType }),
});

describe("a label against what is told of the weights", () => {
  it.each([
    ["the same type", "Q4_K_M", told("Q4_K_M", 4.99, "Q4_K"), "as-labelled"],
    ["by another spelling", "FP16", told("F16", 16.01, "F16"), "as-labelled"],
    ["another type", "Q8_0", told("Q4_K_M", 4.99, "Q4_K"), "mismatch"],
    ["another size of its family", "Q4_K_S", told("Q4_K_M", 4.99, "Q4_K"), "mismatch"],
    ["more bits than it says", "Q4_K_M", told("Q8_0", 8.5, "Q8_0"), "mismatch"],
    ["BF16 under FP16", "FP16", told("BF16", 16, "BF16"), "remark"],
    ["fallback types", "Q2_K", told("Q2_K", 5.14, "Q4_0"), "remark"],
    ["a header that lies", "Q8_0", told("Q8_0", 4.99, "Q4_K"), "mismatch"],
    ["a header that lies by one step", "Q5_K_M", told("Q5_K_M", 4.99, "Q4_K"), "mismatch"],
    ["few bits, and tensors that are right", "Q2_K", told("Q2_K", 2.9, "Q2_K"), "as-labelled"],
    ["no header, tensors that are right", "Q8_0", told(undefined, 8.5, "Q8_0"), "as-labelled"],
    ["no header, tensors of another type", "FP16", told(undefined, 8.5, "Q8_0"), "mismatch"],
    ["nothing told", "AWQ", told(), "not-told"],
    ["bits alone", "Q4_K_M", told(undefined, 4.9), "not-told"],
    ["a name around a type, of that family", "UD-Q4_K_XL", told("Q4_K_M", 4.99, "Q4_K"), "as-labelled"],
    ["a name around a type, of another family", "Q6_K_L", told("Q4_K_M", 4.99, "Q4_K"), "mismatch"],
    ["a name around a type of one size", "UD-IQ2_M", told("IQ2_XXS", 2.1, "IQ2_XXS"), "mismatch"],
    ["a current type", "MXFP4_MOE", told("MXFP4_MOE", 4.3, "MXFP4"), "as-labelled"],
    ["a name that says no type", "W4A16", told("Q4_K_M", 4.99, "Q4_K"), "not-told"],
  ] as const)("%s", (_, label, metadata, kind) => {
    expect(checkLabel(label, metadata).kind).toBe(kind);
  });

  it("says what the weights are", () => {
    expect(checkLabel("Q8_0", told("Q4_K_M", 4.988, "Q4_K")).words).toBe(
      "labelled Q8_0, and the weights are Q4_K_M (4.99 bits per weight)",
    );
    expect(checkLabel("Q8_0", told("Q8_0", 4.988, "Q4_K")).words).toBe(
      "labelled Q8_0, and most of the weights are Q4_K (4.99 bits per weight), whatever the header says (Q8_0)",
    );
  });
});

it.each([
  ["what is told, not the label", "Q8_0", told("Q2_K", 3.3, "Q2_K"), "Q2_K"],
  ["what most weights are, not a header that lies", "Q8_0", told("Q8_0", 3.3, "Q2_K"), "Q2_K"],
  ["what most weights are, without a header", "FP16", told(undefined, 3.3, "Q2_K"), "Q2_K"],
  ["the told type of one with fallback tensors", "Q3_K_S", told("Q3_K_S", 5.14, "Q4_0"), "Q3_K_S"],
  ["the label's type where nothing is told", "UD-Q2_K_XL", told(), "Q2_K"],
  ["the label where it says no type", "W4A16", told(), "W4A16"],
] as const)("the type that rules judge is %s", (_, label, metadata, type) => {
  expect(ownType(label, metadata)).toBe(type);
});

it.each([
  ["Q4_K_XL", "Q4_K_M"],
  ["UD-Q4_K_XL", "Q4_K_M"],
  ["Q6_K_L", "Q6_K"],
  ["Q4_0_4_4", "Q4_0"],
  ["i1-IQ3_XXS", "IQ3_XXS"],
  ["my.F16.v2", "FP16"],
  ["W4A16", undefined],
  ["Q4_KM", undefined],
])("%s holds %s", (label, type) => {
  expect(typeWithin(label)).toBe(type);
});

it("variants are put in order by measured bits where all are known, else by nominal ones, and by measured ones where there are no others", () => {
  const q4 = { quantization: "Q4_K_M", metadata: { bitsPerWeight: 4.99 } };
  const w4 = { quantization: "W4A16", metadata: { bitsPerWeight: 4.5 } };
  expect([q4, w4].map(bitsPerWeightIn([q4, w4]))).toEqual([4.99, 4.5]);
  const q8 = { quantization: "Q8_0", metadata: {} };
  expect([q4, w4, q8].map(bitsPerWeightIn([q4, w4, q8]))).toEqual([nominalBitsPerWeight("Q4_K_M"), 4.5, 8.5]);
});

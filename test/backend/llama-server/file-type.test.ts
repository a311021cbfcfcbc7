import { describe, expect, it } from "vitest";
import { quantizationOfFileType } from "../../../src/backend/llama-server/file-type.ts";

describe("the quantization of llama.cpp's file type", () => {
  it.each([
    ["Q8_0", "Q8_0"],
    ["Q6_K", "Q6_K"],
    ["F16", "F16"],
    ["all F32", "F32"],
    ["Q4_K - Medium", "Q4_K_M"],
    ["Q3_K - Large", "Q3_K_L"],
    ["Q2_K - Small", "Q2_K_S"],
    ["Q2_K - Medium", "Q2_K"],
    ["(guessed) Q5_K - Small", "Q5_K_S"],
    ["IQ2_XXS - 2.0625 bpw", "IQ2_XXS"],
    ["IQ3_S - 3.4375 bpw", "IQ3_S"],
    ["IQ3_S mix - 3.66 bpw", "IQ3_M"],
    ["TQ1_0 - 1.69 bpw ternary", "TQ1_0"],
    ["MXFP4 MoE", "MXFP4"],
  ])("%s is %s", (words, name) => {
    expect(quantizationOfFileType(words)).toBe(name);
  });

  it("is not known of an unknown one", () => {
    expect(quantizationOfFileType("(guessed) unknown, may not work")).toBeUndefined();
  });
});

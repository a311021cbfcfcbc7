import { describe, expect, it } from "vitest";
import {
  baselineRank,
  nominalBitsPerWeight,
  parseQuantization,
  QUANTIZATIONS,
  type Quantization,
} from "../../src/domain/quantization.ts";

describe("the name of a quantization", () => {
  it.each([
    ["FP16", "FP16"],
    ["F16", "FP16"],
    ["f16", "FP16"],
    ["F32", "FP32"],
    ["bf16", "BF16"],
    ["q4_k_m", "Q4_K_M"],
    [" Q8_0 ", "Q8_0"],
    ["awq", "AWQ"],
  ])("%j is %s", (name, expected) => {
    expect(parseQuantization(name)).toBe(expected);
  });

  it.each(["", "Q4_KM", "4bit", "toString", "__proto__", "constructor"])("%j is none", (name) => {
    expect(parseQuantization(name)).toBeUndefined();
  });

  it("is read back for every type there is", () => {
    expect(QUANTIZATIONS.length).toBeGreaterThan(40);
    for (const name of QUANTIZATIONS) expect(parseQuantization(name.toLowerCase())).toBe(name);
  });
});

describe("the order of quantizations", () => {
  it("of the study's ladder goes down in bits per weight and up in rank", () => {
    const ladder: readonly Quantization[] = ["FP16", "Q8_0", "Q6_K", "Q5_K_M", "Q4_K_M", "Q3_K_S", "Q2_K"];
    const bits = ladder.map((name) => nominalBitsPerWeight(name) ?? Number.NaN);
    expect(bits).toEqual(bits.toSorted((a, b) => b - a));
    const ranks = ladder.map(baselineRank);
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    expect(new Set(ranks).size).toBe(ladder.length);
  });

  it.each<[Quantization, Quantization]>([
    ["FP16", "BF16"],
    ["Q8_0", "INT8"],
    ["INT8", "FP8"],
  ])("%s and %s are equals", (left, right) => {
    expect(baselineRank(left)).toBe(baselineRank(right));
  });

  it.each<Quantization>(["AWQ", "GPTQ", "EXL2"])("%s has no rank, but about four bits", (quantization) => {
    expect(baselineRank(quantization)).toBe(Number.POSITIVE_INFINITY);
    expect(nominalBitsPerWeight(quantization)).toBeCloseTo(4.25, 0);
  });
});

import { describe, expect, it } from "vitest";
import type { Quantization } from "../../src/domain/quantization.ts";
import { chooseBaseline } from "../../src/spec/choose-baseline.ts";

function choose(...quantizations: readonly Quantization[]) {
  return chooseBaseline(quantizations.map((quantization) => ({ id: quantization, quantization, declared: false })));
}

describe("the baseline of a model", () => {
  it.each<[Quantization, readonly Quantization[]]>([
    ["FP32", ["Q8_0", "FP32", "FP16"]],
    ["BF16", ["Q8_0", "BF16"]],
    ["FP8", ["Q6_K", "FP8"]],
    ["Q6_K", ["Q5_K_M", "Q6_K", "Q4_K_M"]],
    ["Q5_K_M", ["Q4_K_M", "Q5_K_M"]],
    ["Q2_K", ["Q2_K"]],
    ["AWQ", ["AWQ"]],
  ])("is %s of %j", (expected, present) => {
    expect(choose(...present)).toMatchObject({ kind: "chosen", variant: expected });
  });

  it.each<[readonly Quantization[]]>([[["FP16", "BF16"]], [["Q8_0", "INT8"]], [["INT8", "FP8", "Q6_K"]]])(
    "must be named where %j are equally precise",
    (present) => {
      expect(choose(...present)).toMatchObject({
        kind: "unclear",
        problem: expect.stringContaining("equally precise"),
      });
    },
  );

  it("must be named where a type without a rank may be the most precise", () => {
    const unclear = { kind: "unclear", problem: expect.stringContaining("has no rank") };
    expect(choose("AWQ", "GPTQ")).toMatchObject(unclear);
    expect(choose("Q4_K_M", "GPTQ")).toMatchObject(unclear);
    expect(choose("Q8_0", "GPTQ")).toMatchObject(unclear);
  });

  it("needn't be named beside 16 bits, which no such type reaches", () => {
    expect(choose("AWQ", "FP16")).toMatchObject({ kind: "chosen", variant: "FP16" });
    expect(choose("BF16", "GPTQ", "Q8_0")).toMatchObject({ kind: "chosen", variant: "BF16" });
  });

  it("is the one that the spec names, whatever its precision", () => {
    const candidates = (["FP16", "Q4_K_M"] as const).map((quantization) => ({
      id: quantization,
      quantization,
      declared: quantization === "Q4_K_M",
    }));
    expect(chooseBaseline(candidates)).toEqual({ kind: "chosen", variant: "Q4_K_M", reason: "named in the spec" });
  });
});

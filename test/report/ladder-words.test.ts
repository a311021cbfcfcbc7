import { describe, expect, it } from "vitest";
import type { Quantization } from "../../src/domain/quantization.ts";
import { ladderSentences } from "../../src/report/ladder-words.ts";
import type { ModelView, VariantView } from "../../src/report/model-view.ts";

type Verdict = "reference" | "pass" | "fail" | "inconclusive";

/** A ladder as reports have it: from the most bits to the least. */
function modelOf(...steps: readonly (readonly [label: Quantization, bits: number, verdict: Verdict])[]): ModelView {
  const variants = steps.map(
    ([label, bitsPerWeight, verdict]) => ({ id: label, label, bitsPerWeight, verdict: { verdict } }) as VariantView,
  );
  return { variants, baseline: { variant: "FP16" } } as unknown as ModelView;
}

describe("the ladder line", () => {
  it("names what passes by itself below the step where the walk ended, and what luck does", () => {
    const model = modelOf(
      ["FP16", 16, "reference"],
      ["Q8_0", 8.5, "pass"],
      ["Q4_1", 5, "fail"],
      ["IQ4_XS", 4.46, "pass"],
      ["Q3_K_M", 3.9, "inconclusive"],
      ["Q2_K", 3.4, "pass"],
    );
    expect(ladderSentences(model)).toEqual([
      "IQ4_XS (4.5 bits) passes by itself; not reached, because Q4_1 (5.0 bits) fails.",
      "Q2_K (3.4 bits) passes by itself; not reached, because Q4_1 (5.0 bits) fails.",
      expect.stringContaining("one run in six"),
    ]);
  });

  it("goes by bits, not by names: where quality doesn't fall with them the larger one ends the walk", () => {
    const model = modelOf(["FP16", 16, "reference"], ["Q5_K_M", 6.6, "inconclusive"], ["Q4_K_M", 6.2, "pass"]);
    expect(ladderSentences(model)[0]).toBe(
      "Q4_K_M (6.2 bits) passes by itself; not reached, because Q5_K_M (6.6 bits) is inconclusive.",
    );
  });

  it("says nothing where everything that passes was reached", () => {
    expect(ladderSentences(modelOf(["FP16", 16, "reference"], ["Q8_0", 8.5, "pass"], ["Q2_K", 3, "fail"]))).toEqual([]);
    expect(ladderSentences(modelOf(["FP16", 16, "reference"], ["Q8_0", 8.5, "pass"]))).toEqual([]);
    expect(ladderSentences(modelOf(["FP16", 16, "reference"], ["Q8_0", 8.5, "fail"]))).toEqual([]);
  });
});

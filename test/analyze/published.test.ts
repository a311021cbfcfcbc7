import { describe, expect, it } from "vitest";
import { publishedResult } from "../../src/analyze/published.ts";

describe("publishedResult", () => {
  it("finds the study's row for a model and quantization", () => {
    expect(publishedResult("llama3.2-1b", "Q4_K_M")).toMatchObject({
      baseline: "FP16",
      questions: 485,
      deltaPp: -2.3,
      generationDeltaPct: 4.9,
      tier: "negligible",
    });
  });

  it("doesn't mind how the name is punctuated or cased", () => {
    expect(publishedResult("Llama-3.2:1B", "Q8_0")).toBe(publishedResult("llama3.2-1b", "Q8_0"));
    expect(publishedResult("Llama-3.2:1B", "Q8_0")).toBeDefined();
  });

  it("takes no other model for one that was measured", () => {
    expect(publishedResult("llama3.2-1b-instruct", "Q8_0")).toBeUndefined();
    expect(publishedResult("llama3.2-1b", "AWQ")).toBeUndefined();
  });
});

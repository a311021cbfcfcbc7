import { expect, it } from "vitest";
import { renderMarkdown } from "../../src/report/markdown.ts";
import type { ReportData } from "../../src/report/report-data.ts";
import { sampleData } from "./sample-data.ts";

/** The sample with counts of texts in each variant's BERTScore. */
function withTexts(texts: {
  readonly texts: number;
  readonly truncated: number;
  readonly maxTokens: number;
}): ReportData {
  const data = sampleData();
  const models = data.summary.models.map((model) => ({
    ...model,
    variants: model.variants.map((variant) => {
      const { bertscore } = variant.metrics;
      if (bertscore?.kind !== "scored") return variant;
      return { ...variant, metrics: { ...variant.metrics, bertscore: { ...bertscore, texts } } };
    }),
  }));
  return { ...data, summary: { ...data.summary, models } };
}

it("says how many texts an encoder didn't read to the end, over all variants", () => {
  const scored = sampleData().summary.models[0]?.variants.filter(({ metrics }) => metrics.bertscore?.kind === "scored");
  const expected = `bertscore: ${2 * (scored?.length ?? 0)} of 3,000 texts (answers and references) truncated at 512 tokens.`;
  expect(renderMarkdown(withTexts({ texts: 500, truncated: 2, maxTokens: 512 }))).toContain(expected);
  expect(renderMarkdown(withTexts({ texts: 500, truncated: 0, maxTokens: 512 }))).not.toContain("truncated at");
});

it("says what neural scorers ran with", () => {
  const data = sampleData();
  const inference = {
    provider: "cpu",
    workers: 2,
    threadsPerWorker: 1,
    tokenSlots: 512,
    runtime: "onnxruntime-node=1.30.0",
  };
  const text = renderMarkdown({ ...data, manifest: { ...data.manifest, inference } });
  expect(text).toContain("onnxruntime-node=1.30.0, cpu, 2 workers of 1 thread, batches of at most 512 tokens");
  expect(renderMarkdown(data)).not.toContain("neural scorers ran on");
});

import { describe, expect, it } from "vitest";
import type { Verdicts } from "../../src/gate/verdict.ts";
import { renderAnnotations, renderStepSummary, STEP_SUMMARY_LIMIT_BYTES } from "../../src/report/github.ts";
import { renderMarkdown } from "../../src/report/markdown.ts";
import { sampleData } from "./sample-data.ts";

const data = sampleData();

describe("renderStepSummary", () => {
  it("is the whole Markdown report where that fits", () => {
    expect(renderStepSummary(data)).toBe(renderMarkdown(data));
  });

  it("is cut between blocks, with a note, and keeps the decision", () => {
    const cut = renderStepSummary(data, 20_000);
    expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(20_000);
    expect(cut).toContain("Smallest quantization that passes");
    expect(cut.trimEnd().endsWith("The report's files have all of it._")).toBe(true);
    expect(cut.match(/^```/gm)?.length ?? 0).toBe(2 * (cut.match(/^```text/gm)?.length ?? 0));
    expect(cut.match(/<details>/g)?.length ?? 0).toBe(cut.match(/<\/details>/g)?.length ?? 0);
  });

  it("stays under GitHub's limit with very many examples in a wide script", () => {
    const [example] = data.examples;
    if (example === undefined) throw new Error("the sample has no example");
    const examples = Array.from({ length: 600 }, () => ({ ...example, candidateAnswer: "長い答え".repeat(500) }));
    const summary = renderStepSummary({ ...data, examples });
    expect(Buffer.byteLength(renderMarkdown({ ...data, examples }))).toBeGreaterThan(STEP_SUMMARY_LIMIT_BYTES);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(STEP_SUMMARY_LIMIT_BYTES);
    expect(summary).toContain("was left out");
  });
});

describe("renderAnnotations", () => {
  it("has an error per failing and a warning per inconclusive deciding variant", () => {
    const lines = renderAnnotations(data.verdicts);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^::error title=QuantGate%3A llama3\.2-1b\/Q2_K@local fails::mmlu-285: accuracy .* 90 %25 interval/,
    );
    expect(lines[1]).toMatch(/^::warning title=QuantGate%3A llama3\.2-1b\/Q4_K_M@local is inconclusive::/);
  });

  it("has at most ten of each and says how many more there are", () => {
    const many = renderAnnotations(repeated(25));
    expect(many.filter((line) => line.startsWith("::error"))).toHaveLength(10);
    expect(many.filter((line) => line.startsWith("::warning"))).toHaveLength(10);
    expect(many[9]).toBe("::error title=QuantGate::16 more variants: see the report");
    expect(renderAnnotations(repeated(10)).filter((line) => line.startsWith("::error"))).toHaveLength(10);
    expect(renderAnnotations(repeated(10)).join()).not.toContain("more variants");
  });

  it("says so when the policy fails without a deciding variant", () => {
    const verdicts: Verdicts = { ...data.verdicts, models: [] };
    expect(renderAnnotations(verdicts)).toEqual([
      "::error title=QuantGate%3A policy default fails::there is no deciding variant with a checked rule",
    ]);
  });
});

function repeated(times: number): Verdicts {
  return { ...data.verdicts, models: Array.from({ length: times }, () => data.verdicts.models).flat() };
}

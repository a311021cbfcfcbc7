import { describe, expect, it } from "vitest";
import { comparisonDocument } from "../../src/report/comparison-document.ts";
import { renderComparisonHtml, renderComparisonMarkdown } from "../../src/report/comparison-files.ts";
import { renderComparison } from "../../src/report/comparison-terminal.ts";
import type { Block } from "../../src/report/document.ts";
import type { Investigation } from "../../src/report/investigation.ts";
import { HOSTILE } from "./hostile.ts";
import { sampleInvestigation } from "./sample-investigation.ts";
import { outlineOf } from "./well-formed.ts";

const METHOD = /Wilson 95 %|Tango|betting|McNemar exact|Newcombe|Welch t|\bt 95 %/;
const SIZE = /\bn = |\bpairs?\b/;
const STATEMENT = /\bp [=<>]|\[[−+]?\d[\d.]*( %)?, [−+]?\d[\d.]*( %)?\]/;
const sample = sampleInvestigation();
const wide = { columns: 100_000, color: false };

describe("the comparison in the terminal", () => {
  const text = renderComparison(sample, wide);

  it("says the conclusion first and what to do last", () => {
    const lines = text.split("\n");
    expect(lines[0]).toBe("Regression confirmed");
    expect(lines.at(-1)).toMatch(/^→ Roll back to what run monday had/);
  });

  it("tells magnitude, causes, expectation, backends, items and rerun in this order", () => {
    const heads = [
      "✗ quiz: accuracy 100.0 % → 75.0 %",
      "What changed",
      "Was it to be expected?",
      "Several backends",
      "Items that flipped",
      "Controlled rerun",
    ];
    const places = heads.map((head) => text.indexOf(head));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places).not.toContain(-1);
  });

  it("warns of what was not compared", () => {
    for (const part of [
      "Run tuesday is not complete (interrupted)",
      "Only in monday: toy/Q8_0@local",
      "Tasks of monday only: old-task",
      "Tasks of tuesday only: new-task",
    ])
      expect(text).toContain(part);
  });

  it("names method and n of every p and interval", () => {
    const statements = text.split("\n").filter((line) => STATEMENT.test(line));
    expect(statements.length).toBeGreaterThan(6);
    for (const line of statements) {
      expect(line).toMatch(METHOD);
      expect(line).toMatch(SIZE);
    }
  });

  it("fits a narrow terminal, but for words that are longer", () => {
    for (const line of renderComparison(sample, { columns: 60, color: false }).split("\n"))
      expect([...line].length, line).toBeLessThanOrEqual(60);
  });

  it("prints the rerun's spec, or where it was written", () => {
    expect(text).toContain("    name: nightly-put-back");
    const written = renderComparison(sample, { ...wide, rerunFile: "again.yaml" });
    expect(written).toContain("quantgate run again.yaml");
    expect(written).not.toContain("name: nightly-put-back");
  });

  it.each<[Investigation["recommendation"], RegExp]>([
    [{ action: "rerun-controlled" }, /Run the controlled rerun .* weights digest is its cause/],
    [{ action: "rerun-same" }, /repeat: \{ items: 50 \}/],
    [{ action: "complete-run" }, /Complete run tuesday/],
    [{ action: "keep" }, /Keep tuesday/],
  ])("recommends %o", (recommendation, words) => {
    expect(renderComparison({ ...sample, recommendation }, wide)).toMatch(words);
  });

  it("tells a run that may be kept what isn't excluded", () => {
    const advice = (comparison: Investigation["comparison"]) =>
      renderComparison({ ...sample, recommendation: { action: "keep" }, comparison }, wide)
        .split("\n")
        .at(-1);
    const { comparison } = sample;
    expect(advice({ ...comparison, conclusion: "equal" })).toBe("→ Keep tuesday: its answers are the same.");
    expect(advice({ ...comparison, conclusion: "no-change" })).toMatch(
      /^→ Keep tuesday: no regression is confirmed, but a loss of the margin isn't excluded in \d of \d primary metrics; /,
    );
    const wideMargins = {
      ...comparison,
      conclusion: "no-change",
      margins: { accuracyPp: 99, generationPercent: 99 },
    } as const;
    expect(advice(wideMargins)).toBe("→ Keep tuesday: no primary metric lost as much as the margin.");
  });

  it("says that an answer is empty", () => {
    const empty = { ...sample, examples: sample.examples.map((example) => ({ ...example, candidateAnswer: " " })) };
    expect(renderComparison(empty, wide)).toContain("newer:     (empty answer)");
  });
});

describe("the comparison as a document", () => {
  it("has the numbers of every primary metric with method, n, effect and adjusted p", () => {
    const [table] = comparisonDocument(sample)
      .sections.flatMap(({ blocks }) => blocks)
      .filter(
        (block): block is Block & { kind: "table" } =>
          block.kind === "table" && block.caption.includes("toy/Q4_K_M@local − "),
      );
    expect(table?.columns.map(({ title }) => title)).toEqual([
      ...[
        "task",
        "metric",
        "outcome",
        "reference",
        "newer",
        "difference",
        "90 % interval",
        "method",
        "n",
        "Cohen's d",
        "p (Holm)",
        "test",
      ],
    ]);
    expect(table?.rows[0]).toEqual([
      "quiz",
      "accuracy",
      { text: "regressed", tone: "fail", note: "beyond the margin" },
      "100.0 %",
      "75.0 %",
      "−25.0 pp",
      expect.stringMatching(/^\[−\d+\.\d, −\d+\.\d\]$/),
      "Tango score 90 %",
      "200 pairs",
      "d_z (paired) −0.58",
      "p < 0.001",
      "McNemar exact",
    ]);
  });

  it("is the same in HTML and Markdown", () => {
    const [html, markdown] = [renderComparisonHtml(sample), renderComparisonMarkdown(sample)];
    for (const { title } of comparisonDocument(sample).sections) {
      expect(html).toContain(`<h2>${title}</h2>`);
      expect(markdown).toContain(`## ${title}`);
    }
    expect(outlineOf(html).elements.size).toBeGreaterThan(20);
  });
});

describe("hostile text in a comparison", () => {
  const [example] = sample.examples;
  const [change] = sample.comparison.changes;
  if (example === undefined || change === undefined) throw new Error("the sample has no example or change");
  const poisoned: Investigation = {
    ...sample,
    newer: { ...sample.newer, id: HOSTILE },
    unmatched: { reference: [HOSTILE], newer: [] },
    comparison: {
      ...sample.comparison,
      changes: [{ ...change, field: HOSTILE, before: HOSTILE, after: HOSTILE, where: [HOSTILE] }],
      variants: sample.comparison.variants.map((variant) => ({
        ...variant,
        newer: HOSTILE,
        notCompared: [{ task: HOSTILE, reason: HOSTILE }],
      })),
    },
    examples: [{ ...example, variant: HOSTILE, question: HOSTILE, baselineAnswer: HOSTILE, candidateAnswer: HOSTILE }],
    examplesMissing: HOSTILE,
    recommendation: { action: "roll-back", to: HOSTILE },
  };

  it("is text in HTML", () => {
    const { elements, attributes } = outlineOf(renderComparisonHtml(poisoned));
    for (const element of ["script", "img", "textarea"]) expect(elements.has(element)).toBe(false);
    expect(attributes.filter(({ name }) => name.startsWith("on"))).toEqual([]);
  });

  it("forges no line and sends no control to a terminal", () => {
    const text = renderComparison(poisoned, wide);
    expect(text).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    expect(text).not.toMatch(/^::error/m);
  });

  it("makes no picture and no link in Markdown", () => {
    const markdown = renderComparisonMarkdown(poisoned);
    expect(markdown).not.toContain("<script>");
    expect(markdown).not.toMatch(/\[[^\]\n]*(?<!\\)\]\(/);
  });
});

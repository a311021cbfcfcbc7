import { describe, expect, it } from "vitest";
import type { Summary, VariantSummary } from "../../src/analyze/summary.ts";
import type { VariantVerdict, Verdicts } from "../../src/gate/verdict.ts";
import { renderTable } from "../../src/report/terminal-table.ts";
import { MODEL, sampleData } from "./sample-data.ts";

const { summary, verdicts } = sampleData();
const PLAIN = { columns: 80, color: false };

function widest(text: string): number {
  return Math.max(...text.split("\n").map((line) => [...line].length));
}

function change(edit: (variant: VariantSummary) => VariantSummary): Summary {
  return { ...summary, models: summary.models.map((model) => ({ ...model, variants: model.variants.map(edit) })) };
}

function changeVerdict(quantization: string, edit: (verdict: VariantVerdict) => VariantVerdict): Verdicts {
  const edited = (variant: VariantVerdict) => (variant.quantization === quantization ? edit(variant) : variant);
  return {
    ...verdicts,
    models: verdicts.models.map((model) => ({ ...model, variants: model.variants.map(edited) })),
  };
}

describe("renderTable", () => {
  it("fits 80 columns with every figure of a variant in its row", () => {
    const table = renderTable(summary, verdicts, PLAIN);
    expect(widest(table)).toBeLessThanOrEqual(80);
    expect(table).toMatch(
      /^Q4_K_M {2}inconclusive {2}76\.8±3\.7 +−1\.0 \[−2\.8,\+0\.7\] +−15 \+10 +0\.731 −1\.4 +5\.2$/m,
    );
    expect(table).toMatch(/^FP16 +reference +77\.8±3\.6 +0\.741 +16\.0$/m);
    expect(table).not.toContain("left out");
  });

  it("names method and n below the table", () => {
    const table = renderTable(summary, verdicts, { columns: 200, color: false });
    expect(table).toContain("accuracy by continuation-logprob, ± half of the Wilson 95 % interval, n = 500 items");
    expect(table).toContain("vs FP16: paired difference [interval by Tango score 90 %], n = 500 pairs");
  });

  it("ends with the reasons and the smallest quantization that passes", () => {
    const table = renderTable(summary, verdicts, { columns: 300, color: false });
    expect(table).toMatch(/^Q2_K fails: mmlu-285: accuracy not worse than FP16 .* n = 300; 3 more rules fail$/m);
    expect(table.endsWith("Smallest quantization that passes: Q5_K_M")).toBe(true);
  });

  it("has no verdicts where no policy was applied", () => {
    const table = renderTable(summary, undefined, PLAIN);
    expect(table.match(/verdict|pass|inconclusive/)).toBeNull();
    expect(table).toMatch(/^Q8_0 +77\.8±3\.6/m);
  });

  it.each([30, 40, 60, 79])("fits %i columns by leaving columns out, and says so", (columns) => {
    const table = renderTable(summary, verdicts, { columns, color: false });
    expect(widest(table)).toBeLessThanOrEqual(columns);
    expect(table.replace(/\n/g, " ")).toContain("left out for want of width: ");
    expect(table).toMatch(/Q2_K +fail +36\.2±4\.2/);
  });

  it("cuts names that are too long for the terminal", () => {
    const long = change((variant) => ({ ...variant, backend: "a-backend-with-a-long-name" }));
    const twice: Summary = {
      ...long,
      models: long.models.map((model) => ({
        ...model,
        variants: [
          ...model.variants,
          ...model.variants.map((each) => ({ ...each, variant: `${each.variant}2`, backend: "other" })),
        ],
      })),
    };
    const table = renderTable(twice, undefined, { columns: 40, color: false });
    expect(widest(table)).toBeLessThanOrEqual(40);
    expect(table).toMatch(/^Q4_K_M@a-backend-w.*… {2}76\.8±3\.7$/m);
  });

  it("colours only where it may", () => {
    expect(renderTable(summary, verdicts, PLAIN)).not.toContain("\x1b");
    expect(renderTable(summary, verdicts, { columns: 80, color: true })).toContain("\x1b[32mpass\x1b[39m");
  });

  it("says why an average has no number", () => {
    const table = renderTable(summary, verdicts, { columns: 200, color: false });
    expect(table).toMatch(/^Q3_K_S .* unscored +4\.2$/m);
    expect(table).toContain(
      "key metric average unscored: bertscore is unscored: the model file of roberta-large is not on this machine (Q3_K_S)",
    );
  });

  it("falls back to the composite, then to none, with the reasons", () => {
    const unscored = { kind: "unscored", reason: "no scorer" } as const;
    const composite = renderTable(
      change((variant) => ({ ...variant, keyMetricAverage: unscored })),
      undefined,
      PLAIN,
    );
    expect(composite).toContain("composite");
    const neither = renderTable(
      change((variant) => ({ ...variant, keyMetricAverage: unscored, composite: unscored })),
      undefined,
      { columns: 200, color: false },
    );
    expect(neither).toContain(
      "key metric average unscored: no scorer (FP16, Q8_0, Q6_K, Q5_K_M, Q4_K_M, Q3_K_S, Q2_K)",
    );
    expect(neither).not.toContain("key avg");
  });

  it("compares key metric averages where there is no multiple-choice task", () => {
    const texts = change((variant) => {
      const { comparison } = variant;
      return {
        ...variant,
        accuracy: {},
        ...(comparison === undefined ? {} : { comparison: { ...comparison, accuracy: {} } }),
      };
    });
    const table = renderTable(texts, undefined, { columns: 120, color: false });
    expect(table).toMatch(/^Q4_K_M +−1\.4 \[−2\.8,−0\.3\] +68\/750 +0\.731 −1\.4 +5\.2$/m);
    expect(table.replace(/\n/g, " ")).toContain("interval by betting 90 %], n = 250 pairs");
    expect(table).not.toContain("acc.");
  });

  it("shows the interval that decided, where a rule looked at the key metric average", () => {
    const texts = change((variant) => {
      const { comparison } = variant;
      return {
        ...variant,
        accuracy: {},
        ...(comparison === undefined ? {} : { comparison: { ...comparison, accuracy: {} } }),
      };
    });
    const pairs = summary.models[0]?.variants.find(({ quantization }) => quantization === "Q4_K_M")?.comparison
      ?.keyMetricAverage.pairs;
    const judged = changeVerdict("Q4_K_M", (verdict) => ({
      ...verdict,
      rules: verdict.rules.map((rule) =>
        rule.metric === "key_metric_average" && pairs !== undefined
          ? {
              ...rule,
              n: pairs,
              unit: "% of baseline",
              estimate: -1.5,
              lower: -2.9,
              upper: -0.1,
              method: "betting 90 %",
            }
          : rule,
      ),
    }));
    expect(renderTable(texts, judged, { columns: 120, color: false })).toMatch(/^Q4_K_M .* −1\.5 \[−2\.9,−0\.1\] /m);
  });

  it("tells why a verdict is exploratory", () => {
    const why = "Exploratory: earlier runs (a) looked at fewer of these items";
    const judged = changeVerdict("Q8_0", (verdict) => ({ ...verdict, exploratory: true, notes: ["other", why] }));
    const table = renderTable(summary, judged, { columns: 300, color: false });
    expect(table).toContain("pass (exploratory)");
    expect(table).toContain(`\nQ8_0: ${why}\n`);
  });

  it("tells why no quantization is the smallest that passes", () => {
    const { variant } = summary.models[0]?.baseline ?? { variant: "" };
    const only = (keep: (id: string) => boolean) => {
      const kept = {
        ...verdicts,
        models: verdicts.models.map(({ smallestPassing: _, ...model }) => ({
          ...model,
          variants: model.variants.filter((each) => keep(each.variant)),
        })),
      };
      const models = summary.models.map((model) => ({
        ...model,
        variants: model.variants.filter((each) => keep(each.variant)),
      }));
      return renderTable({ ...summary, models }, kept, { columns: 300, color: false })
        .split("\n")
        .at(-1);
    };
    expect(only((id) => id === variant)).toBe(
      "Nothing passes: there is no quantization beside the baseline to compare with it.",
    );
    expect(only((id) => id === variant || id.includes("Q2_K"))).toBe("No quantization of this model passes.");
    expect(only(() => true)).toContain("its first step does not pass, though Q8_0");
  });

  it("gives each model and each protocol a table of its own", () => {
    const two = sampleData([MODEL, "qwen2.5-1.5b"]);
    expect(renderTable(two.summary, two.verdicts, PLAIN).match(/^quant /gm)).toHaveLength(2);
    const mixed = change((variant) => {
      const accuracy = variant.accuracy["continuation-logprob"];
      return {
        ...variant,
        accuracy: { ...variant.accuracy, ...(accuracy === undefined ? {} : { "letter-logprob": accuracy }) },
      };
    });
    const table = renderTable(mixed, undefined, PLAIN);
    expect(table.match(/^quant /gm)).toHaveLength(2);
    expect(table).toContain("accuracy by letter-logprob");
  });
});

import { describe, expect, it } from "vitest";
import type { CheckedRule, VariantVerdict, Verdicts } from "../../src/gate/verdict.ts";
import { differencePanels, differencePlot } from "../../src/report/differences.ts";
import { type ModelView, viewModels } from "../../src/report/model-view.ts";
import { sampleData } from "./sample-data.ts";

const data = sampleData();

function panelsWith(change: (rules: readonly CheckedRule[]) => readonly CheckedRule[]) {
  const verdicts: Verdicts = {
    ...data.verdicts,
    models: data.verdicts.models.map((model) => ({
      ...model,
      variants: model.variants.map(
        (variant): VariantVerdict => ({ ...variant, rules: variant.rules.length === 0 ? [] : change(variant.rules) }),
      ),
    })),
  };
  return differencePanels(only(viewModels(data.summary, verdicts)));
}

function only(models: readonly ModelView[]): ModelView {
  const [model] = models;
  if (model === undefined) throw new Error("no model");
  return model;
}

describe("differencePanels", () => {
  it("has one panel per multiple-choice task and one for the key metric average", () => {
    const panels = panelsWith((rules) => rules);
    expect(panels.map(({ title, margins, unit }) => ({ title, margins, unit }))).toEqual([
      { title: "accuracy on mmlu-285", margins: [-3], unit: "pp" },
      { title: "accuracy on arc-challenge", margins: [-3], unit: "pp" },
      { title: "each item's key metric average, all generation tasks", margins: [-3], unit: "change %" },
    ]);
    expect(panels[0]?.rows.map(({ outcome }) => outcome)).toEqual([
      "pass",
      "pass",
      "pass",
      "inconclusive",
      "inconclusive",
      "fail",
    ]);
  });

  it("shows the numbers that decided, not others", () => {
    const panels = panelsWith((rules) =>
      rules.map((rule) =>
        rule.task === "mmlu-285" && rule.unit === "pp"
          ? { ...rule, estimate: -9, lower: -11, upper: -7, n: 123 }
          : rule,
      ),
    );
    expect(panels[0]?.rows[0]).toMatchObject({ value: { point: -9, lower: -11, upper: -7 }, n: 123 });
  });

  it("draws an equivalence margin on both sides and each margin once", () => {
    const panels = panelsWith((rules) =>
      rules.flatMap((rule) =>
        rule.task === "mmlu-285" && rule.unit === "pp"
          ? [rule, { ...rule, type: "equivalence", threshold: -5 }]
          : [rule],
      ),
    );
    expect(panels[0]?.margins).toEqual([-5, -3, 5]);
  });

  it("adds a panel for what else a rule compares with the baseline", () => {
    const extra: CheckedRule = {
      rule: "all qa tasks: bertscore not worse than FP16 by more than 2 %",
      type: "max-loss",
      metric: "bertscore",
      outcome: "pass",
      basis: "interval",
      method: "betting 90 %",
      n: 50,
      estimate: -0.1,
      lower: -0.9,
      upper: 0.4,
      threshold: -2,
      unit: "% of baseline",
      explanation: "fine",
    };
    const panels = panelsWith((rules) => [...rules, extra]);
    expect(panels.at(-1)).toMatchObject({ title: "bertscore, all qa tasks", margins: [-2], unit: "change %" });
    expect(panels.at(-1)?.rows).toHaveLength(6);
  });

  it("has no margins without verdicts, and the comparison's own numbers", () => {
    const panels = differencePanels(only(viewModels(data.summary, undefined)));
    expect(panels.map(({ margins }) => margins)).toEqual([[], [], []]);
    const comparison = data.summary.models[0]?.variants[4]?.comparison?.keyMetricAverage;
    if (comparison?.estimate.kind !== "estimated") throw new Error("the sample has no key metric average here");
    const row = panels[2]?.rows[3];
    expect(row).toMatchObject({ method: "betting 90 %", n: 250 });
    expect(row?.value).toMatchObject({ point: (100 * comparison.estimate.difference) / comparison.baselineMean });
  });

  it("says why a difference is not there", () => {
    const row = panelsWith((rules) => rules)[2]?.rows.find(({ variant }) => variant.label === "Q3_K_S");
    expect(row?.value).toEqual({ unavailable: "no item was scored on both sides" });
  });
});

describe("differencePlot", () => {
  it("names method and n and keeps a hopeless variant from squeezing the others", () => {
    const [panel] = panelsWith((rules) => rules);
    if (panel === undefined) throw new Error("no panel");
    const plot = differencePlot(panel, "FP16");
    expect(plot.caption).toContain("by Tango score 90 %, n = 300 pairs");
    expect(plot.domain.lower).toBeGreaterThan(-25);
    expect(plot.lines.map(({ at, role }) => [at, role])).toEqual([
      [0, "baseline"],
      [-3, "margin"],
    ]);
  });
});

import type { CheckedRule } from "../../gate/verdict.ts";
import type { Block, Cell, Section, Table } from "../document.ts";
import { count, interval, pValue, quantity, quantityNumber } from "../format.ts";
import type { ModelView, VariantView } from "../model-view.ts";
import { explainRule } from "../reason.ts";

/** Every rule of the policy as it was checked on each variant; those of passing variants are folded. */
export function rulesSection(model: ModelView, id: string): Section | undefined {
  const blocks = model.variants.flatMap(rulesOf);
  if (blocks.length === 0) return undefined;
  const explanation =
    "A rule on an interval passes when the whole interval is on the right side of the threshold, fails when the whole interval is on the wrong side, and is inconclusive else; the method and n stand in its row. p is one-sided, of the rule's own test.";
  return { id, title: "Rules checked", blocks: [{ kind: "paragraph", text: explanation }, ...blocks] };
}

function rulesOf(variant: VariantView): readonly Block[] {
  const { label, verdict } = variant;
  if (verdict === undefined) return [];
  const title = `${label}: ${verdict.verdict}`;
  if (verdict.rules.length === 0) {
    return [
      { kind: "heading", text: title },
      { kind: "paragraph", text: "No rule was checked." },
    ];
  }
  const table = rulesTable(label, verdict.rules);
  const quiet = verdict.verdict === "pass" || verdict.verdict === "reference";
  return quiet ? [{ kind: "folded", summary: title, blocks: [table] }] : [{ kind: "heading", text: title }, table];
}

function rulesTable(label: string, rules: readonly CheckedRule[]): Table {
  return {
    kind: "table",
    caption: `Rules checked on ${label}: bounds and p by the method and with the n of the row.`,
    narrow: "stack",
    columns: [
      { title: "rule", align: "left" },
      { title: "outcome", align: "left" },
      { title: "estimate", align: "right" },
      { title: "bounds", align: "right" },
      { title: "threshold", align: "right" },
      { title: "p", align: "right" },
      { title: "decided by", align: "left" },
      { title: "n", align: "right" },
    ],
    rows: rules.map(ruleCells),
  };
}

function ruleCells(rule: CheckedRule): readonly Cell[] {
  const { estimate, lower, upper, threshold, unit, p } = rule;
  const write = (value: number): string => quantity(value, unit);
  const decidedBy = rule.method === undefined ? rule.basis : `${rule.basis}: ${rule.method}`;
  return [
    { text: rule.rule, note: explainRule(rule) },
    rule.outcome === "not-told" ? "not told" : { text: rule.outcome, tone: rule.outcome },
    estimate === undefined ? "" : write(estimate),
    lower === undefined || upper === undefined
      ? ""
      : interval({ lower, upper }, (bound) => quantityNumber(bound, unit)),
    threshold === undefined ? "" : write(threshold),
    p === undefined ? "" : pValue(p),
    decidedBy === "none" ? "nothing to decide by" : decidedBy,
    rule.n === undefined ? "" : count(rule.n),
  ];
}

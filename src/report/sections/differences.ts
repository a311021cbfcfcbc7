import type { PairedMean } from "../../analyze/paired-mean.ts";
import { signed } from "../../domain/write-number.ts";
import { type DifferencePanel, type DifferenceRow, differencePanels, differencePlot } from "../differences.ts";
import type { Block, Cell, Section, Table } from "../document.ts";
import { count, interval, percentagePoints, pValue, score } from "../format.ts";
import { candidatesOf, type ModelView, type VariantView } from "../model-view.ts";
import { plotNumber, unitName } from "../plot/plot-text.ts";
import { align } from "./columns.ts";

/** Paired differences to the baseline: the forest plots, the same numbers as a table, and the tests beside them. */
export function differencesSection(model: ModelView, id: string): Section | undefined {
  const panels = differencePanels(model);
  const compared = candidatesOf(model).filter((variant) => variant.summary.comparison !== undefined);
  if (compared.length === 0) return undefined;
  const blocks: Block[] = [];
  if (panels.length > 0) {
    blocks.push({ kind: "plots", plots: panels.map((panel) => differencePlot(panel, model.baseline.label)) });
    blocks.push(...panels.map((panel) => panelTable(panel, model)));
  }
  const pooled = pooledAccuracyTable(compared, model);
  const metrics = metricTable(compared, model);
  if (pooled !== undefined)
    blocks.push({ kind: "folded", summary: "Accuracy, tasks of one protocol pooled", blocks: [pooled] });
  if (metrics !== undefined) blocks.push({ kind: "folded", summary: "Every generation metric", blocks: [metrics] });
  blocks.push({ kind: "notes", items: compared.map((variant) => changedSentence(variant, model.baseline.label)) });
  return { id, title: `Differences to ${model.baseline.label}`, blocks };
}

/** The numbers of a plot. */
function panelTable(panel: DifferencePanel, { baseline, level }: ModelView): Table {
  const graded = panel.rows.some((row) => row.accuracy !== undefined);
  const tests = graded
    ? " Lost and gained: items that are right on one side only. McNemar's tests are two-sided, on the same n."
    : "";
  return {
    kind: "table",
    caption: `${panel.title}: variant − ${baseline.label} on the same items, with the ${level} interval by the method and with the n of its row.${tests}`,
    narrow: "scroll",
    columns: align(
      ["quantization"],
      [
        "difference",
        `${level} interval`,
        "method",
        "n (pairs)",
        ...(graded ? ["lost", "gained", "McNemar exact", "McNemar mid-p"] : []),
      ],
    ),
    rows: panel.rows.map((row) => differenceCells(panel.unit, row)),
  };
}

function differenceCells(
  unit: DifferencePanel["unit"],
  { variant, value, method, n, outcome, accuracy }: DifferenceRow,
): readonly Cell[] {
  const name: Cell = outcome === undefined ? variant.label : { text: variant.label, tone: outcome };
  if ("unavailable" in value) return [name, "not available", value.unavailable, "none", count(n)];
  const write = (bound: number): string => plotNumber(bound, unit);
  return [
    name,
    `${write(value.point)} ${unitName(unit)}`,
    interval(value, write),
    method,
    count(n),
    ...(accuracy === undefined
      ? []
      : [count(accuracy.lost), count(accuracy.gained), pValue(accuracy.mcnemar.exact), pValue(accuracy.mcnemar.midP)]),
  ];
}

function pooledAccuracyTable(variants: readonly VariantView[], { level }: ModelView): Table | undefined {
  const rows = variants.flatMap(({ label, summary }) =>
    Object.entries(summary.comparison?.accuracy ?? {}).map(([protocol, accuracy]): readonly Cell[] => {
      const { estimate, pairs, lost, gained, missing, unmatched, differentPrompt, mcnemar } = accuracy;
      const robust = accuracy.subjectRobustStandardError;
      return [
        protocol,
        label,
        ...(estimate.kind === "estimated"
          ? [
              percentagePoints(estimate.difference),
              interval(estimate, (bound) => signed(bound * 100, 1)),
              estimate.method,
            ]
          : ["not available", estimate.reason, "none"]),
        count(pairs),
        count(lost),
        count(gained),
        pValue(mcnemar.exact),
        pValue(mcnemar.midP),
        robust === undefined ? "one subject" : `${(robust * 100).toFixed(1)} pp`,
        `${count(missing.baseline)} / ${count(missing.candidate)}`,
        count(unmatched),
        count(differentPrompt),
      ];
    }),
  );
  if (rows.length === 0) return undefined;
  return {
    kind: "table",
    caption:
      "Items pooled over the multiple-choice tasks of one protocol. Each row names its interval's method and n (pairs); McNemar's test is two-sided, on the same n. The standard error with subjects as clusters is a sensitivity figure. Missing, unmatched and differently prompted items are left out of the pairs.",
    narrow: "scroll",
    columns: align(
      ["protocol", "quantization"],
      [
        "difference",
        `${level} interval`,
        "method",
        "n (pairs)",
        "lost",
        "gained",
        "McNemar exact",
        "McNemar mid-p",
        "SE, subjects clustered",
        "missing: baseline / variant",
        "unmatched",
        "other prompt",
      ],
    ),
    rows,
  };
}

function metricTable(variants: readonly VariantView[], { level }: ModelView): Table | undefined {
  const names = [...new Set(variants.flatMap(({ summary }) => Object.keys(summary.comparison?.metrics ?? {})))];
  const row = (what: string, label: string, mean: PairedMean): readonly Cell[] => {
    const { estimate, pairs, unpaired, changed, beside } = mean;
    const write = (bound: number): string => signed(bound, 3);
    if (estimate.kind === "unavailable") {
      return [what, label, "", "", "not available", estimate.reason, "none", count(pairs), "", "", "", count(unpaired)];
    }
    return [
      what,
      label,
      score(mean.baselineMean),
      score(mean.candidateMean),
      write(estimate.difference),
      interval(estimate, write),
      estimate.method,
      count(pairs),
      count(changed),
      beside === undefined ? "one pair" : interval(beside.t, write),
      beside === undefined ? "one pair" : interval(beside.bootstrapBca, write),
      count(unpaired),
    ];
  };
  const rows = [
    ...variants.flatMap(({ label, summary }) =>
      summary.comparison === undefined ? [] : [row("key metric average", label, summary.comparison.keyMetricAverage)],
    ),
    ...names.flatMap((name) =>
      variants.flatMap(({ label, summary }) => {
        const mean = summary.comparison?.metrics[name];
        return mean === undefined ? [] : [row(name, label, mean)];
      }),
    ),
  ];
  if (names.length === 0) return undefined;
  return {
    kind: "table",
    caption: `Scores in [0, 1], pooled over the items of the tasks that declare the metric. The key metric average is each item's own here; among the results every metric is pooled first, which differs where tasks declare different metrics. The betting ${level} interval decides; the t and the BCa bootstrap ${level} intervals stand beside it for comparison; n (pairs) is the same for all three.`,
    narrow: "scroll",
    columns: align(
      ["metric", "quantization"],
      [
        "baseline",
        "variant",
        "difference",
        `${level} interval`,
        "method",
        "n (pairs)",
        "changed",
        `t ${level}`,
        `BCa ${level}`,
        "scored on one side",
      ],
    ),
    rows,
  };
}

function changedSentence({ label, summary }: VariantView, baseline: string): string {
  const comparison = summary.comparison;
  if (comparison === undefined) return `${label}: not compared`;
  const weights = comparison.sameWeights
    ? ` Its weights have the same digest as ${baseline}'s, so this is no evidence about a quantization.`
    : "";
  return `${label}: ${count(comparison.changedAnswers)} of ${count(comparison.comparedAnswers)} answers differ from ${baseline}'s.${weights}`;
}

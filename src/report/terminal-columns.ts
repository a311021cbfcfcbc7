import type { PairedAccuracy } from "../analyze/paired-accuracy.ts";
import type { Aggregate, VariantSummary } from "../analyze/summary.ts";
import type { Protocol } from "../domain/protocol.ts";
import { decimal, signed } from "../domain/write-number.ts";
import { keyMetricDifference } from "./differences.ts";
import { count, countRange, score } from "./format.ts";
import { candidatesOf, changeOf, type ModelView, type VariantView } from "./model-view.ts";
import { UnscoredReasons } from "./unscored.ts";

/** A column of the terminal's table. */
export interface TerminalColumn {
  readonly title: string;
  /** The column with the lowest rank is left out first where the terminal is narrow; `always` stays. */
  readonly rank: number | "always";
  readonly align: "left" | "right";
  readonly cell: (variant: VariantView) => string;
  /** What the numbers are, with method and n where there is an interval. */
  readonly caption?: string;
}

export const VARIANT_COLUMN: TerminalColumn = {
  title: "quant",
  rank: "always",
  align: "left",
  cell: (variant) => variant.label,
};

export const BITS_COLUMN: TerminalColumn = {
  title: "bits",
  rank: 1,
  align: "right",
  cell: (variant) => decimal(variant.bitsPerWeight, 1),
  caption: "bits: bits per weight",
};

/** Accuracy, paired difference and flips of the multiple-choice tasks of one protocol. */
export function accuracyColumns(model: ModelView, protocol: Protocol): readonly TerminalColumn[] {
  const trials = model.variants.flatMap(({ summary }) => {
    const accuracy = summary.accuracy[protocol];
    return accuracy?.kind === "scored" ? [accuracy.trials] : [];
  });
  const paired = candidatesOf(model).flatMap(({ summary }) => summary.comparison?.accuracy[protocol] ?? []);
  const columns: TerminalColumn[] = [
    {
      title: "acc.\n%",
      rank: "always",
      align: "right",
      cell: ({ summary }) => accuracyText(summary, protocol),
      caption: `acc.: accuracy by ${protocol}, ± half of the Wilson 95 % interval, n = ${countRange(trials)} items`,
    },
  ];
  if (paired.length === 0) return columns;
  const methods = methodsOf(paired);
  return [
    ...columns,
    {
      title: `vs ${model.baseline.label}\npp [${model.level}]`,
      rank: 5,
      align: "right",
      cell: ({ summary }) => differenceText(summary.comparison?.accuracy[protocol]),
      caption: `vs ${model.baseline.label}: ${methods === "" ? "no item was answered on both sides" : `paired difference [interval by ${methods}], n = ${countRange(paired.map(({ pairs }) => pairs))} pairs`}`,
    },
    {
      title: "flips",
      rank: 3,
      align: "right",
      cell: ({ summary }) => flipsText(summary.comparison?.accuracy[protocol]),
      caption: "flips: −lost +gained, items that are right on one side only",
    },
  ];
}

/** Difference of the key metric average, for runs without multiple-choice tasks. */
export function keyMetricDifferenceColumns(model: ModelView): readonly TerminalColumn[] {
  const rows = candidatesOf(model).flatMap((variant) => keyMetricDifference(variant) ?? []);
  const methods = [...new Set(rows.flatMap(({ value, method }) => ("unavailable" in value ? [] : [method])))];
  if (methods.length === 0) return [];
  return [
    {
      title: `vs ${model.baseline.label}\n% [${model.level}]`,
      rank: 5,
      align: "right",
      cell: (variant) => {
        const value = rows.find((row) => row.variant === variant)?.value;
        if (value === undefined || "unavailable" in value) return "";
        return differenceWords({ difference: value.point, lower: value.lower, upper: value.upper });
      },
      caption: `vs ${model.baseline.label}: key metric average of the items, paired, in percent of the baseline's mean [interval by ${methods.join(" or ")}], n = ${countRange(rows.map(({ n }) => n))} pairs`,
    },
    {
      title: "changed\nanswers",
      rank: 3,
      align: "right",
      cell: ({ summary }) =>
        summary.comparison === undefined
          ? ""
          : `${count(summary.comparison.changedAnswers)}/${count(summary.comparison.comparedAnswers)}`,
    },
  ];
}

/** What stands for the generation tasks in one column. */
interface GenerationFigure {
  readonly title: string;
  readonly name: string;
  readonly read: (summary: VariantSummary) => Aggregate;
  readonly caption: string;
}

const GENERATION_FIGURES: readonly GenerationFigure[] = [
  {
    title: "key avg",
    name: "key metric average",
    read: (summary) => summary.keyMetricAverage,
    caption:
      "key avg: mean of BERTScore, coherence and ROUGE-L, each over its own items, and by how many percent it changed",
  },
  {
    title: "composite",
    name: "composite",
    read: (summary) => summary.composite,
    caption: "composite: mean of all generation metrics, and by how many percent it changed",
  },
];

/** Key metric average, or the composite where no variant has one, with its change; nothing where no variant has either. */
export function generationColumns(model: ModelView): readonly TerminalColumn[] {
  return figuresOf(model)
    .filter(({ read }) => model.variants.some(({ summary }) => read(summary).kind === "scored"))
    .map(({ title, read, caption }) => ({
      title,
      rank: 2,
      align: "right",
      cell: (variant) => {
        const value = read(variant.summary);
        if (value.kind === "unscored") return "unscored";
        const change = changeOf(variant, model, read);
        return change === undefined ? score(value.value) : `${score(value.value)} ${signed(change * 100, 1)}`;
      },
      caption,
    }));
}

/** Why averages have no number, one sentence per reason. */
export function unscoredSentences(model: ModelView): readonly string[] {
  const reasons = new UnscoredReasons();
  for (const { name, read } of figuresOf(model)) {
    for (const { label, summary } of model.variants) {
      const value = read(summary);
      if (value.kind === "unscored") reasons.add(name, label, value.reason);
    }
  }
  return reasons.sentences();
}

/** The figure that is shown: the first that any variant has; where none has any, all of them, for their reasons. */
function figuresOf(model: ModelView): readonly GenerationFigure[] {
  if (model.variants.every(({ summary }) => Object.keys(summary.metrics).length === 0)) return [];
  const shown = GENERATION_FIGURES.find(({ read }) =>
    model.variants.some(({ summary }) => read(summary).kind === "scored"),
  );
  return shown === undefined ? GENERATION_FIGURES : [shown];
}

function accuracyText(summary: VariantSummary, protocol: Protocol): string {
  const accuracy = summary.accuracy[protocol];
  if (accuracy?.kind !== "scored") return "unscored";
  return `${decimal(accuracy.value * 100, 1)}±${decimal((accuracy.upper - accuracy.lower) * 50, 1)}`;
}

function differenceText(paired: PairedAccuracy | undefined): string {
  if (paired === undefined) return "";
  const { estimate } = paired;
  if (estimate.kind === "unavailable") return "unscored";
  return differenceWords({
    difference: estimate.difference * 100,
    lower: estimate.lower * 100,
    upper: estimate.upper * 100,
  });
}

function differenceWords(value: {
  readonly difference: number;
  readonly lower: number;
  readonly upper: number;
}): string {
  const write = (bound: number): string => signed(bound, 1);
  // No blank after the comma: with it the widest table needs 81 columns.
  return `${write(value.difference)} [${write(value.lower)},${write(value.upper)}]`;
}

function flipsText(paired: PairedAccuracy | undefined): string {
  return paired === undefined || paired.pairs === 0 ? "" : `−${count(paired.lost)} +${count(paired.gained)}`;
}

function methodsOf(paired: readonly PairedAccuracy[]): string {
  const methods = paired.flatMap(({ estimate }) => (estimate.kind === "estimated" ? [estimate.method] : []));
  return [...new Set(methods)].join(" or ");
}

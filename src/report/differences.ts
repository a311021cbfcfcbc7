import type { DifferenceEstimate, PairedAccuracy } from "../analyze/paired-accuracy.ts";
import { signed } from "../domain/write-number.ts";
import type { CheckedRule } from "../gate/verdict.ts";
import type { IntervalPlot, PlotMark, PlotUnit, Tone } from "./document.ts";
import { countRange } from "./format.ts";
import { candidatesOf, type ModelView, type VariantView } from "./model-view.ts";
import { differenceDomain } from "./plot/scale.ts";

/** Differences of every candidate to the baseline in one respect: one forest plot. */
export interface DifferencePanel {
  readonly title: string;
  readonly unit: Extract<PlotUnit, "pp" | "change %">;
  readonly rows: readonly DifferenceRow[];
  /** Where the rules draw the line; losses are negative. */
  readonly margins: readonly number[];
}

export interface DifferenceRow {
  readonly variant: VariantView;
  readonly value: PlotMark["value"];
  readonly method: string;
  readonly n: number;
  /** The worst outcome of the rules about this difference. */
  readonly outcome?: Tone;
  readonly accuracy?: PairedAccuracy;
}

/** Each multiple-choice task, the pooled key metric average, and whatever else the policy's rules compare with the baseline. */
export function differencePanels(model: ModelView): readonly DifferencePanel[] {
  const candidates = candidatesOf(model);
  return respectsOf(candidates).flatMap((respect) => {
    const rows = candidates.flatMap((variant) => differenceRow(variant, respect) ?? []);
    if (rows.length === 0) return [];
    const rules = candidates.flatMap((variant) => rulesAbout(variant, respect));
    return [{ title: respect.title, unit: respect.unit, rows, margins: marginsOf(rules) }];
  });
}

/** A candidate's pooled key metric average against the baseline's, `undefined` where there is none: the numbers that decided, if any did. */
export function keyMetricDifference(variant: VariantView): DifferenceRow | undefined {
  const respect = keyMetricRespect([variant]);
  return respect === undefined ? undefined : differenceRow(variant, respect);
}

/** The panel as a plot, methods and n in its caption. */
export function differencePlot(panel: DifferencePanel, baseline: string): IntervalPlot {
  const intervals = panel.rows.flatMap(({ value }) => ("unavailable" in value ? [] : [value]));
  const shown = panel.rows.filter(({ value }) => !("unavailable" in value));
  const methods = [...new Set(shown.map((row) => row.method))].join(" or ");
  const what = panel.unit === "pp" ? "in percentage points" : "in percent of the baseline's mean";
  return {
    layout: "rows",
    title: panel.title,
    caption:
      shown.length === 0
        ? `Paired differences to ${baseline} on ${panel.title}: none could be computed.`
        : `Paired differences to ${baseline}, ${what}, with intervals by ${methods}, n = ${countRange(shown.map((row) => row.n))} pairs.`,
    unit: panel.unit,
    domain: differenceDomain(intervals, panel.margins),
    lines: [
      { at: 0, label: `${baseline} (no difference)`, role: "baseline" },
      ...panel.margins.map((margin) => ({
        at: margin,
        label: `margin ${signed(margin, 1)} ${panel.unit === "pp" ? "pp" : "%"}`,
        role: "margin" as const,
      })),
    ],
    marks: panel.rows.map((row) => ({
      label: row.variant.label,
      value: row.value,
      ...(row.outcome === undefined ? {} : { tone: row.outcome }),
    })),
  };
}

/** In what respect variants are compared with the baseline. */
interface Respect {
  readonly title: string;
  readonly unit: DifferencePanel["unit"];
  readonly isAbout: (rule: CheckedRule, variant: VariantView) => boolean;
  readonly compare: (variant: VariantView) => Omit<DifferenceRow, "variant" | "outcome"> | undefined;
}

function respectsOf(candidates: readonly VariantView[]): readonly Respect[] {
  const tasks = candidates.flatMap(({ summary }) =>
    (summary.comparison?.tasks ?? []).flatMap((each) => (each.type === "multiple-choice" ? [each.task] : [])),
  );
  const known = [...[...new Set(tasks)].map(accuracyRespect), keyMetricRespect(candidates)].filter(
    (respect) => respect !== undefined,
  );
  const others = new Map<string, Respect>();
  for (const variant of candidates) {
    for (const rule of variant.verdict?.rules ?? []) {
      if (!isDifference(rule) || known.some((respect) => respect.isAbout(rule, variant))) continue;
      const respect = ruleRespect(rule);
      others.set(respect.title, respect);
    }
  }
  return [...known, ...others.values()];
}

function accuracyRespect(task: string): Respect {
  return {
    title: `accuracy on ${task}`,
    unit: "pp",
    isAbout: (rule) => rule.unit === "pp" && rule.task === task && rule.subject === undefined,
    compare: ({ summary }) => {
      const found = summary.comparison?.tasks.find((each) => each.task === task);
      if (found?.type !== "multiple-choice") return undefined;
      const { accuracy } = found;
      return { ...fromEstimate(accuracy.estimate, 100), n: accuracy.pairs, accuracy };
    },
  };
}

function keyMetricRespect(candidates: readonly VariantView[]): Respect | undefined {
  if (!candidates.some(({ summary }) => (summary.comparison?.keyMetricAverage.pairs ?? 0) > 0)) return undefined;
  return {
    title: "each item's key metric average, all generation tasks",
    unit: "change %",
    // A rule on some of the tasks has other pairs.
    isAbout: (rule, { summary }) =>
      rule.metric === "key_metric_average" &&
      rule.unit === "% of baseline" &&
      rule.n === summary.comparison?.keyMetricAverage.pairs,
    compare: ({ summary }) => {
      const mean = summary.comparison?.keyMetricAverage;
      if (mean === undefined) return undefined;
      const estimate: DifferenceEstimate =
        mean.estimate.kind === "estimated" && mean.baselineMean === 0
          ? { kind: "unavailable", reason: "the baseline's mean is 0" }
          : mean.estimate;
      return { ...fromEstimate(estimate, 100 / mean.baselineMean), n: mean.pairs };
    },
  };
}

/** What a rule looks at that no other panel shows: a pooled accuracy, a single metric, a subject. */
function ruleRespect({ rule, metric, task, subject, unit }: CheckedRule): Respect {
  const where = rule.split(": ")[0] ?? "";
  return {
    title: `${metric ?? "accuracy"}, ${where}`,
    unit: unit === "pp" ? "pp" : "change %",
    isAbout: (other) =>
      other.unit === unit &&
      other.task === task &&
      other.metric === metric &&
      other.subject === subject &&
      other.rule.startsWith(`${where}: `),
    compare: () => undefined,
  };
}

/** The numbers that decided, where a rule looked at this difference; else the comparison's own. */
function differenceRow(variant: VariantView, respect: Respect): DifferenceRow | undefined {
  const rules = rulesAbout(variant, respect);
  const compared = respect.compare(variant);
  const outcome = (["fail", "inconclusive", "pass"] as const).find((each) =>
    rules.some((rule) => rule.outcome === each),
  );
  const decided = rules.flatMap((rule) => decidedValue(rule) ?? [])[0];
  const row = decided === undefined ? compared : { ...compared, ...decided };
  if (row === undefined) return undefined;
  return { variant, ...row, ...(outcome === undefined ? {} : { outcome }) };
}

function decidedValue(rule: CheckedRule): Pick<DifferenceRow, "value" | "method" | "n"> | undefined {
  const { estimate, lower, upper, method, n } = rule;
  if (estimate === undefined || lower === undefined || upper === undefined || method === undefined || n === undefined) {
    return undefined;
  }
  return { value: { point: estimate, lower, upper }, method, n };
}

function rulesAbout(variant: VariantView, respect: Respect): readonly CheckedRule[] {
  return (variant.verdict?.rules ?? []).filter((rule) => isDifference(rule) && respect.isAbout(rule, variant));
}

function isDifference({ unit }: CheckedRule): boolean {
  return unit === "pp" || unit === "% of baseline";
}

/** A loss rule draws its line below zero, an equivalence rule on both sides. */
function marginsOf(rules: readonly CheckedRule[]): readonly number[] {
  const margins = rules.flatMap(({ type, threshold }) => {
    if (threshold === undefined) return [];
    const size = Math.abs(threshold);
    return type === "equivalence" ? [-size, size] : [-size];
  });
  return [...new Set(margins)].sort((a, b) => a - b);
}

function fromEstimate(estimate: DifferenceEstimate, scale: number): Pick<DifferenceRow, "value" | "method"> {
  if (estimate.kind === "unavailable") return { value: { unavailable: estimate.reason }, method: "none" };
  return {
    value: { point: estimate.difference * scale, lower: estimate.lower * scale, upper: estimate.upper * scale },
    method: estimate.method,
  };
}

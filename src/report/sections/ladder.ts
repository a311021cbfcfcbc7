import type { MetricSummary } from "../../analyze/summary.ts";
import { decimal } from "../../domain/write-number.ts";
import type { IntervalPlot, PlotMark, Section } from "../document.ts";
import { countRange } from "../format.ts";
import type { ModelView, VariantView } from "../model-view.ts";
import { shareDomain } from "../plot/scale.ts";

/** Every variant from the most bits per weight to the least: accuracy per multiple-choice task, or, without such a task, the metrics' means. */
export function ladderSection(model: ModelView, id: string): Section | undefined {
  const plots = accuracyPlots(model);
  const shown = plots.length > 0 ? plots : metricPlots(model);
  if (shown.length === 0) return undefined;
  return {
    id,
    title: "The ladder of quantizations",
    blocks: [
      { kind: "plots", plots: shown },
      {
        kind: "paragraph",
        text: `From the most bits per weight to the least; below each name its bits per weight (${model.variants.every((variant) => variant.bitsMeasured) ? "measured from the model files" : "nominal figures of the types"}). The ${plots.length > 0 ? "Wilson 95 %" : "t 95 %"} intervals are descriptive (n stands above each plot): whether a quantization is worse is decided by the paired differences, not by whether these overlap.`,
      },
    ],
  };
}

function accuracyPlots(model: ModelView): readonly IntervalPlot[] {
  const tasks = [...new Set(model.variants.flatMap(({ summary }) => choiceTasks(summary).map(({ task }) => task)))];
  return tasks.flatMap((task) => {
    const found = model.variants.flatMap((variant) =>
      choiceTasks(variant.summary).flatMap((each) => (each.task === task ? [{ variant, ...each }] : [])),
    );
    const scored = found.flatMap(({ accuracy }) => (accuracy.kind === "scored" ? [accuracy] : []));
    const [first] = found;
    if (first === undefined || scored.length === 0) return [];
    const chance = 100 * Math.max(...found.map((each) => each.chance));
    return [
      plot({
        title: `Accuracy on ${task}`,
        caption: `Accuracy on ${task} (${first.protocol}, ${first.primary}) with Wilson 95 % intervals, n = ${countRange(scored.map(({ trials }) => trials))} answered items.`,
        unit: "%",
        marks: found.map(({ variant, accuracy }) => ({
          ...nameOf(variant),
          value:
            accuracy.kind === "unscored"
              ? { unavailable: accuracy.reason }
              : { point: accuracy.value * 100, lower: accuracy.lower * 100, upper: accuracy.upper * 100 },
        })),
        lines: [{ at: chance, label: `chance ${decimal(chance, 0)} %`, role: "chance" }],
      }),
    ];
  });
}

function metricPlots(model: ModelView): readonly IntervalPlot[] {
  const names = [...new Set(model.variants.flatMap(({ summary }) => Object.keys(summary.metrics)))];
  return names.flatMap((name) => {
    const found = model.variants.flatMap((variant) => {
      const metric = variant.summary.metrics[name];
      return metric === undefined ? [] : [{ variant, metric }];
    });
    const scored = found.flatMap(({ metric }) => (metric.kind === "scored" ? [metric] : []));
    if (scored.length === 0) return [];
    const methods = [...new Set(scored.map(({ method }) => method))].join(" or ");
    return [
      plot({
        title: `Mean ${name}`,
        caption: `Mean ${name} in percent of the best possible score, with ${methods} intervals, n = ${countRange(scored.map(({ items }) => items))} items.`,
        unit: "%",
        marks: found.map(({ variant, metric }) => ({ ...nameOf(variant), value: meanOf(metric) })),
        lines: [],
      }),
    ];
  });
}

function plot(content: Omit<IntervalPlot, "layout" | "domain">): IntervalPlot {
  const intervals = content.marks.flatMap(({ value }) => ("unavailable" in value ? [] : [value]));
  return {
    ...content,
    layout: "columns",
    domain: shareDomain(
      intervals,
      content.lines.map(({ at }) => at),
    ),
  };
}

function meanOf(metric: MetricSummary): PlotMark["value"] {
  if (metric.kind === "unscored") return { unavailable: metric.reason };
  return { point: metric.mean * 100, lower: metric.lower * 100, upper: metric.upper * 100 };
}

function nameOf({ label, bitsPerWeight, verdict }: VariantView): Pick<PlotMark, "label" | "note" | "tone"> {
  return {
    label,
    note: decimal(bitsPerWeight, 2),
    ...(verdict === undefined ? {} : { tone: verdict.verdict }),
  };
}

function choiceTasks(summary: VariantView["summary"]) {
  return summary.tasks.flatMap((task) => (task.type === "multiple-choice" ? [task] : []));
}

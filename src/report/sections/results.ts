import type { Aggregate } from "../../analyze/summary.ts";
import type { Protocol } from "../../domain/protocol.ts";
import { decimal, signed } from "../../domain/write-number.ts";
import type { Block, Cell, Section, Table } from "../document.ts";
import {
  bytes,
  count,
  duration,
  interval,
  percent,
  percentagePoints,
  plural,
  relativeChange,
  score,
} from "../format.ts";
import { changeOf, type ModelView, protocolsOf, type VariantView } from "../model-view.ts";
import { UnscoredReasons } from "../unscored.ts";
import { align } from "./columns.ts";

/** The whole run of one model in two tables: all figures per variant, then the generation metrics. */
export function resultsSection(model: ModelView, id: string): Section {
  const reasons = new UnscoredReasons();
  const tables = [resultsTable(model, reasons), metricsTable(model, reasons)].filter((table) => table !== undefined);
  const sentences = [...reasons.sentences(), ...truncatedTexts(model)];
  const blocks: readonly Block[] = [
    ...tables,
    ...(sentences.length === 0 ? [] : [{ kind: "notes" as const, items: sentences }]),
  ];
  return { id, title: "Results", blocks };
}

/** What encoders didn't read to the end, a sentence for each metric, over all variants. */
function truncatedTexts(model: ModelView): readonly string[] {
  const names = new Set(model.variants.flatMap(({ summary }) => Object.keys(summary.metrics)));
  return [...names].flatMap((name) => {
    const read = model.variants.flatMap(({ summary: { metrics } }) => {
      const metric = metrics[name];
      return metric?.kind === "scored" && metric.texts !== undefined ? [metric.texts] : [];
    });
    const [texts, truncated] = [total(read.map((each) => each.texts)), total(read.map((each) => each.truncated))];
    if (truncated === 0) return [];
    const limit = read[0]?.maxTokens === undefined ? "its encoder's maximum" : `${count(read[0].maxTokens)} tokens`;
    return [`${name}: ${count(truncated)} of ${plural(texts, "text")} (answers and references) truncated at ${limit}.`];
  });
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function resultsTable(model: ModelView, reasons: UnscoredReasons): Table {
  const protocols = protocolsOf(model);
  const several = protocols.length > 1;
  const generates = model.variants.some(({ summary }) => Object.keys(summary.metrics).length > 0);
  const suffix = (protocol: Protocol): string => (several ? ` (${protocol})` : "");
  return {
    kind: "table",
    caption: resultsCaption(model, protocols, generates),
    narrow: "scroll",
    columns: align(
      ["quantization"],
      [
        "bits per weight",
        "size",
        "items answered",
        ...protocols.flatMap((protocol) => [
          `accuracy${suffix(protocol)}`,
          `difference${suffix(protocol)}`,
          `flips${suffix(protocol)}`,
        ]),
        ...(generates ? ["composite", "key metric average"] : []),
        "tokens/s",
        "first token",
        "load",
      ],
    ),
    rows: model.variants.map((variant) => [
      nameCell(variant),
      decimal(variant.bitsPerWeight, 2),
      sizeCell(variant),
      answeredCell(variant),
      ...protocols.flatMap((protocol) => accuracyCells(variant, protocol, reasons)),
      ...(generates
        ? [
            aggregateCell(variant, model, "composite", (summary) => summary.composite, reasons),
            aggregateCell(variant, model, "key metric average", (summary) => summary.keyMetricAverage, reasons),
          ]
        : []),
      ...speedCells(variant),
    ]),
  };
}

function resultsCaption(model: ModelView, protocols: readonly Protocol[], generates: boolean): string {
  const sentences = ["Items answered: of all items of the run."];
  if (protocols.length > 0) {
    const methods = new Set(
      model.variants.flatMap(({ summary }) =>
        Object.values(summary.comparison?.accuracy ?? {}).flatMap(({ estimate }) =>
          estimate.kind === "estimated" ? [estimate.method] : [],
        ),
      ),
    );
    sentences.push(
      "Accuracy pools the multiple-choice tasks of one protocol; below it the Wilson 95 % interval (descriptive) and right/n.",
    );
    if (methods.size > 0) {
      sentences.push(
        `Difference: paired with ${model.baseline.label}; below it the interval by ${[...methods].join(" or ")} and n, the pairs. Flips: −lost +gained.`,
      );
    }
  }
  if (generates) {
    sentences.push(
      "Composite: unweighted mean of all generation metrics; key metric average: the same over BERTScore, coherence and ROUGE-L; below them the change of the average itself.",
    );
  }
  sentences.push(
    "Tokens/s and first token (median): measured by the backend's clock, after the first answer; by the wall clock: measured here, queues and network included; dollars: derived from the wall clock and the price in the spec.",
  );
  return sentences.join(" ");
}

function nameCell({ label, verdict, summary }: VariantView): Cell {
  if (verdict !== undefined) return { text: label, note: verdict.verdict };
  return summary.role === "baseline" ? { text: label, note: "baseline" } : label;
}

function sizeCell({ summary }: VariantView): Cell {
  return summary.metadata.fileBytes === undefined ? "not told" : bytes(summary.metadata.fileBytes);
}

function answeredCell({ summary }: VariantView): Cell {
  const items = summary.tasks.reduce((sum, task) => sum + task.items, 0);
  const answered = summary.tasks.reduce((sum, task) => sum + task.scored, 0);
  return answered === items ? count(items) : { text: count(answered), note: `of ${count(items)}` };
}

function accuracyCells({ label, summary }: VariantView, protocol: Protocol, reasons: UnscoredReasons): readonly Cell[] {
  const accuracy = summary.accuracy[protocol];
  const paired = summary.comparison?.accuracy[protocol];
  const shown: Cell =
    accuracy === undefined
      ? "no task"
      : accuracy.kind === "unscored"
        ? reasons.add("accuracy", label, accuracy.reason)
        : {
            text: percent(accuracy.value),
            note: `${interval(accuracy, (bound) => decimal(bound * 100, 1))}\n${count(accuracy.correct)}/${count(accuracy.trials)}`,
          };
  if (paired === undefined) return [shown, summary.role === "baseline" ? "baseline" : "not compared", ""];
  const { estimate } = paired;
  const difference: Cell =
    estimate.kind === "unavailable"
      ? reasons.add("difference", label, estimate.reason)
      : {
          text: percentagePoints(estimate.difference),
          note: `${interval(estimate, (bound) => signed(bound * 100, 1))}\nn = ${count(paired.pairs)}`,
        };
  return [shown, difference, `−${count(paired.lost)} +${count(paired.gained)}`];
}

function aggregateCell(
  variant: VariantView,
  model: ModelView,
  name: string,
  read: (summary: VariantView["summary"]) => Aggregate,
  reasons: UnscoredReasons,
): Cell {
  const value = read(variant.summary);
  if (value.kind === "unscored") return reasons.add(name, variant.label, value.reason);
  const change = changeOf(variant, model, read);
  return change === undefined ? score(value.value) : { text: score(value.value), note: relativeChange(change) };
}

function speedCells({ speed }: VariantView): readonly Cell[] {
  if (speed === undefined) return ["not measured", "not measured", "not measured"];
  const { decodeTokensPerSecond, wallTokensPerSecond, medianFirstTokenMs, dollarsPerMillionTokens, loadMs } = speed;
  const { answers, keptAnswers } = speed;
  if (answers === 0 && keptAnswers !== undefined) return ["no timed answers", "no timed answers", duration(loadMs)];
  const wall = wallTokensPerSecond === undefined ? [] : [`${count(wallTokensPerSecond)} by the wall clock`];
  const cost =
    dollarsPerMillionTokens === undefined ? [] : [`$${decimal(dollarsPerMillionTokens, 2)} a million (derived)`];
  const kept = keptAnswers === undefined ? [] : [`${plural(keptAnswers, "kept answer")} left out`];
  const note = [...wall, ...cost, ...kept].join(", ");
  return [
    {
      text: decodeTokensPerSecond === undefined ? "not told" : count(decodeTokensPerSecond),
      ...(note === "" ? {} : { note }),
    },
    medianFirstTokenMs === undefined ? "not told" : duration(medianFirstTokenMs),
    duration(loadMs),
  ];
}

function metricsTable(model: ModelView, reasons: UnscoredReasons): Table | undefined {
  const names = [...new Set(model.variants.flatMap(({ summary }) => Object.keys(summary.metrics)))];
  if (names.length === 0) return undefined;
  return {
    kind: "table",
    caption:
      "Generation metrics, each pooled over the items of the tasks that declare it; below each mean its t 95 % interval (descriptive) and n, the scored items.",
    narrow: "scroll",
    columns: align(["quantization"], names),
    rows: model.variants.map(({ label, summary }) => [
      label,
      ...names.map((name): Cell => {
        const metric = summary.metrics[name];
        if (metric === undefined) return "no task";
        if (metric.kind === "unscored") return reasons.add(name, label, metric.reason);
        const bounds = metric.method === "one item" ? "one item" : interval(metric, score);
        const left = Object.values(metric.unscored).reduce((sum, items) => sum + items, 0);
        return {
          text: score(metric.mean),
          note: `${bounds}\nn = ${count(metric.items)}${left === 0 ? "" : `, ${plural(left, "item")} unscored`}`,
        };
      }),
    ]),
  };
}

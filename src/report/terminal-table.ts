import picocolors from "picocolors";
import type { Summary } from "../analyze/summary.ts";
import type { VariantVerdict, Verdicts } from "../gate/verdict.ts";
import { escapeTerminal } from "./escape.ts";
import { ladderSentences } from "./ladder-words.ts";
import { type ModelView, protocolsOf, viewModels } from "./model-view.ts";
import { plainTable } from "./plain-table.ts";
import { exploratoryReason, noSmallestReason, verdictReason, verdictWords } from "./reason.ts";
import type { UnreadTask } from "./report-data.ts";
import {
  accuracyColumns,
  BITS_COLUMN,
  generationColumns,
  keyMetricDifferenceColumns,
  type TerminalColumn,
  unscoredSentences,
  VARIANT_COLUMN,
} from "./terminal-columns.ts";
import { unreadSentence } from "./unread.ts";
import { wrap } from "./wrap.ts";

export interface TerminalTableOptions {
  /** Tasks whose answers nobody could read; absent: none. */
  readonly unread?: readonly UnreadTask[];
  /** Width of the terminal; nothing is wider. */
  readonly columns: number;
  readonly color: boolean;
}

const MINIMAL_NAME_WIDTH = 4;

type Colors = ReturnType<typeof picocolors.createColors>;

/** One table per model and one row per variant, with a caption that names methods and n. Columns that don't fit are left out and named. */
export function renderTable(summary: Summary, verdicts: Verdicts | undefined, options: TerminalTableOptions): string {
  const colors = picocolors.createColors(options.color);
  return viewModels(summary, verdicts)
    .map((model) => renderModel(model, options, colors))
    .join("\n\n");
}

function renderModel(model: ModelView, { columns: width, unread = [] }: TerminalTableOptions, colors: Colors): string {
  const [first, ...others] = protocolsOf(model);
  const columns = [
    VARIANT_COLUMN,
    ...(model.judged ? [verdictColumn(colors)] : []),
    ...(first === undefined ? keyMetricDifferenceColumns(model) : accuracyColumns(model, first)),
    ...generationColumns(model),
    BITS_COLUMN,
  ];
  // Protocols are never mixed in one number: each further one has a table of its own.
  const more = others.map((protocol) => [VARIANT_COLUMN, ...accuracyColumns(model, protocol)]);
  return [
    colors.bold(wrap(escapeTerminal(model.name), width)),
    ...[columns, ...more].map((each) => drawTable(model, each, width, colors)),
    ...unreadSentences(model, unread).map((sentence) => colors.yellow(wrap(escapeTerminal(sentence), width))),
    ...unscoredSentences(model).map((sentence) => colors.dim(wrap(escapeTerminal(sentence), width))),
    ...conclusion(model, width, colors),
  ].join("\n");
}

function unreadSentences(model: ModelView, unread: readonly UnreadTask[]): readonly string[] {
  return model.variants.flatMap(({ id, label }) =>
    unread.flatMap((each) => (each.variant === id && each.model === model.name ? [unreadSentence(each, label)] : [])),
  );
}

function verdictColumn(colors: Colors): TerminalColumn {
  return {
    title: "verdict",
    rank: "always",
    align: "left",
    cell: ({ verdict }) => (verdict === undefined ? "" : colored(verdict.verdict, colors, verdictWords(verdict))),
  };
}

function colored(verdict: VariantVerdict["verdict"], colors: Colors, text: string): string {
  return { pass: colors.green, fail: colors.red, inconclusive: colors.yellow, reference: colors.cyan }[verdict](text);
}

/** Draws the columns that fit, with the caption of what is drawn. */
function drawTable(model: ModelView, columns: readonly TerminalColumn[], width: number, colors: Colors): string {
  const { table, shown } = chooseColumns(model, columns, width);
  const left = columns.filter((column) => !shown.includes(column)).map(({ title }) => title.replace("\n", " "));
  const captions = [
    ...shown.flatMap(({ caption }) => (caption === undefined ? [] : [caption])),
    ...(left.length === 0 ? [] : [`left out for want of width: ${left.join(", ")}`]),
  ];
  return [...table, ...captions.map((caption) => colors.dim(wrap(escapeTerminal(caption), width)))].join("\n");
}

function chooseColumns(model: ModelView, columns: readonly TerminalColumn[], width: number) {
  let shown = columns;
  let table = layOut(model, shown);
  while (table.width > width && shown.some(({ rank }) => rank !== "always")) {
    const least = Math.min(...shown.flatMap(({ rank }) => (rank === "always" ? [] : [rank])));
    shown = shown.filter(({ rank }) => rank !== least);
    table = layOut(model, shown);
  }
  if (table.width > width) {
    const names = Math.max(VARIANT_COLUMN.title.length, ...model.variants.map(({ label }) => label.length));
    table = layOut(model, shown, Math.max(MINIMAL_NAME_WIDTH, names - (table.width - width)));
  }
  const lines = table.toString().split("\n");
  return { table: lines.map((line) => line.trimEnd()), shown };
}

/** Without borders, a rule under the head; names longer than `nameWidth` are cut with an ellipsis. */
function layOut(model: ModelView, columns: readonly TerminalColumn[], nameWidth?: number) {
  const table = plainTable({
    head: columns.map(({ title }) => title.split("\n").map(escapeTerminal).join("\n")),
    colAligns: columns.map(({ align }) => align),
    ...(nameWidth === undefined ? {} : { colWidths: [nameWidth] }),
  });
  for (const variant of model.variants) {
    table.push(
      columns.map((column) => (column === VARIANT_COLUMN ? escapeTerminal(variant.label) : column.cell(variant))),
    );
  }
  return table;
}

/** Which quantization may be deployed, and why others may not. */
function conclusion(model: ModelView, width: number, colors: Colors): readonly string[] {
  if (!model.judged) return [];
  const reasons = model.variants.flatMap(({ label, verdict }) =>
    verdict === undefined || (verdict.verdict !== "fail" && verdict.verdict !== "inconclusive")
      ? []
      : [
          [
            verdict,
            `${label} ${verdict.verdict === "fail" ? "fails" : "is inconclusive"}: ${verdictReason(verdict)}`,
          ] as const,
        ],
  );
  const exploratory = model.variants.flatMap(({ label, verdict }) => {
    const reason = verdict === undefined ? undefined : exploratoryReason(verdict);
    return reason === undefined ? [] : [`${label}: ${reason}`];
  });
  const smallest = model.smallestPassing;
  return [
    "",
    ...reasons.map(([{ verdict }, text]) => colored(verdict, colors, wrap(escapeTerminal(text), width))),
    ...exploratory.map((text) => colors.yellow(wrap(escapeTerminal(text), width))),
    smallest === undefined
      ? wrap(escapeTerminal(noSmallestReason(model)), width)
      : colors.bold(wrap(`Smallest quantization that passes: ${escapeTerminal(smallest.label)}`, width)),
    ...ladderSentences(model).map((sentence) => wrap(escapeTerminal(sentence), width)),
  ];
}

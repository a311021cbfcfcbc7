import { buildDocument } from "./build-document.ts";
import type { Block, Cell, ExampleBlock, ReportDocument, Section, Table } from "./document.ts";
import { escapeMarkdown, escapeMarkdownHtml, fenceMarkdown } from "./escape.ts";
import { textPlot } from "./plot/text-plot.ts";
import type { ReportData } from "./report-data.ts";
import { MARK_SIGNS, TONE_SIGNS } from "./signs.ts";

/** The report as GitHub-flavoured Markdown, with the same content as the HTML file; plots are drawn in characters. */
export function renderMarkdown(data: ReportData): string {
  return renderMarkdownDocument(buildDocument(data));
}

/** Any document as such a file. */
export function renderMarkdownDocument(document: ReportDocument): string {
  return `${markdownBlocks(document).join("\n\n")}\n`;
}

/** A document as Markdown blocks that can be joined by blank lines; each stands for itself, so a cut between two is clean. */
export function markdownBlocks(document: ReportDocument): readonly string[] {
  return [
    `# ${escapeMarkdown(document.title)}`,
    escapeMarkdown(document.subtitle),
    ...document.warnings.map((warning) => `> **Warning:** ${escapeMarkdown(warning)}`),
    ...document.sections.flatMap((section) => sectionBlocks(section, "##")),
  ];
}

function sectionBlocks({ title, blocks, sections }: Section, level: string): readonly string[] {
  return [
    `${level} ${escapeMarkdown(title)}`,
    ...blocks.flatMap((block) => blockLines(block, `${level}#`)),
    ...(sections ?? []).flatMap((section) => sectionBlocks(section, `${level}#`)),
  ];
}

function blockLines(block: Block, level: string): readonly string[] {
  switch (block.kind) {
    case "paragraph":
      return [escapeMarkdown(block.text)];
    case "heading":
      return [`${level} ${escapeMarkdown(block.text)}`];
    case "notes":
      return [block.items.map((item) => `- ${escapeMarkdown(item)}`).join("\n")];
    case "callout":
      return [`> **${TONE_SIGNS[block.tone]} ${escapeMarkdown(block.title)}**<br>${escapeMarkdown(block.text)}`];
    case "facts":
      return [block.entries.map(([term, text]) => `- ${escapeMarkdown(term)}: ${escapeMarkdown(text)}`).join("\n")];
    case "code":
      return [fenceMarkdown(block.text, block.language)];
    case "folded":
      return [foldedBlock(block.summary, block.blocks, level)];
    case "plots":
      return block.plots.flatMap((plot) => [
        `**${escapeMarkdown(plot.title)}.** ${escapeMarkdown(plot.caption)}`,
        fenceMarkdown(textPlot(plot), "text"),
      ]);
    case "table":
      return tableLines(block);
    case "example":
      return exampleLines(block);
  }
}

/** One piece, so that a cut can't leave it open. */
function foldedBlock(summary: string, blocks: readonly Block[], level: string): string {
  return [
    `<details><summary>${escapeMarkdownHtml(summary)}</summary>`,
    ...blocks.flatMap((inner) => blockLines(inner, level)),
    "</details>",
  ].join("\n\n");
}

function tableLines({ caption, columns, rows }: Table): readonly string[] {
  const lines = [
    tableRow(columns.map(({ title }) => escapeMarkdown(title))),
    tableRow(columns.map(({ align }) => (align === "right" ? "---:" : "---"))),
    ...rows.map((cells) => tableRow(columns.map((_, index) => cellText(cells[index] ?? "")))),
  ];
  return [escapeMarkdown(caption), lines.join("\n")];
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cellText(cell: Cell): string {
  if (typeof cell === "string") return escapeMarkdown(cell);
  const sign = cell.tone === undefined ? "" : `${TONE_SIGNS[cell.tone]} `;
  const note = cell.note === undefined ? "" : `<br>${escapeMarkdown(cell.note)}`;
  return `${sign}${escapeMarkdown(cell.text)}${note}`;
}

/** One table per example: what was asked, and both answers side by side. */
function exampleLines({ title, question, choices, expected, answers, detail }: ExampleBlock): readonly string[] {
  const asked = [
    escapeMarkdown(question),
    ...choices.map(({ label, text }) => `${escapeMarkdown(label)}: ${escapeMarkdown(text)}`),
    `**Expected:** ${escapeMarkdown(expected)}`,
    ...(detail === undefined ? [] : [escapeMarkdown(detail)]),
  ].join("<br>");
  const lines = [
    [escapeMarkdown(title), ...answers.map(({ who, mark }) => `${MARK_SIGNS[mark]}${escapeMarkdown(who)}`)],
    ["---", ...answers.map(() => "---")],
    [asked, ...answers.map(({ text }) => escapeMarkdown(text === "" ? "(empty answer)" : text))],
  ];
  return [lines.map(tableRow).join("\n")];
}

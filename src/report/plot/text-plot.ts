import type { IntervalPlot, PlotMark } from "../document.ts";
import { markText, tickLabel, unitName } from "./plot-text.ts";
import { placeIn } from "./scale.ts";

const STRIP_WIDTH = 41;
const LINE_SIGNS = { baseline: "│", margin: "┊", chance: "┊" } as const;

/** An interval plot in characters, for Markdown: one line per mark, `├──●──┤`, with `◂` and `▸` for what lies beyond the edge. */
export function textPlot(plot: IntervalPlot): string {
  const labelWidth = Math.max(...plot.marks.map((mark) => mark.label.length), 0);
  const legend = plot.lines.map((line) => `${LINE_SIGNS[line.role]} ${line.label}`).join("   ");
  const rows = plot.marks.map(
    (mark) => `${mark.label.padEnd(labelWidth)}  ${strip(plot, mark)}  ${markText(mark, plot.unit)}`,
  );
  const { lower, upper } = plot.domain;
  const ends = [tickLabel(lower, plot.unit), `${tickLabel(upper, plot.unit)} ${unitName(plot.unit)}`] as const;
  const axis = `${" ".repeat(labelWidth + 2)}${ends[0].padEnd(STRIP_WIDTH - ends[1].length)}${ends[1]}`;
  return [...(legend === "" ? [] : [legend]), ...rows, axis].join("\n");
}

function strip(plot: IntervalPlot, { value }: PlotMark): string {
  const cells = new Array<string>(STRIP_WIDTH).fill("·");
  const cell = (at: number): number => Math.round(placeIn(plot.domain, at) * (STRIP_WIDTH - 1));
  for (const line of plot.lines) cells[cell(line.at)] = LINE_SIGNS[line.role];
  if ("unavailable" in value) return cells.join("");
  const [from, to] = [cell(value.lower), cell(value.upper)];
  cells.fill("─", from, to + 1);
  cells[from] = "├";
  cells[to] = "┤";
  cells[cell(value.point)] = "●";
  if (value.lower < plot.domain.lower) cells[0] = "◂";
  if (value.upper > plot.domain.upper) cells[STRIP_WIDTH - 1] = "▸";
  return cells.join("");
}

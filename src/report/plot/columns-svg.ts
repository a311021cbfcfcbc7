import type { IntervalPlot, PlotLine, PlotMark } from "../document.ts";
import { type Markup, markup, NOTHING } from "../markup.ts";
import { plotNumber, tickLabel, unitName } from "./plot-text.ts";
import { describe } from "./rows-svg.ts";
import { niceTicks, placeIn, px, share } from "./scale.ts";

const TOP = 22;
const PLOT_HEIGHT = 200;
const LABELS_HEIGHT = 44;
/** A column is at least so wide, and wide enough for its label at the small font of a narrow screen. */
const COLUMN_WIDTH = 43;
const LETTER_WIDTH = 6;
/** Share of the width that the axis labels take. */
const GUTTER = 0.11;
const TICKS = 5;

/** The ladder: one column per variant, its point and interval over the label. Places are percentages of the width, as in `rowsSvg`. */
export function columnsSvg(plot: IntervalPlot, id: string): Markup {
  const height = TOP + PLOT_HEIGHT + LABELS_HEIGHT;
  const longest = Math.max(0, ...plot.marks.map((mark) => mark.label.length));
  const columnWidth = Math.max(COLUMN_WIDTH, LETTER_WIDTH * (longest + 1));
  const width = Math.ceil((plot.marks.length * columnWidth) / (1 - GUTTER));
  return markup`<svg class="plot" role="img" aria-labelledby="${id}-title ${id}-desc" width="100%" height="${String(height)}" style="min-width:${String(width)}px">
<title id="${id}-title">${plot.title}</title>
<desc id="${id}-desc">${describe(plot)}</desc>
${niceTicks(plot.domain, TICKS).map((tick) => gridLine(plot, tick))}
${plot.lines.map((line) => referenceLine(plot, line))}
${plot.marks.map((mark, index) => column(plot, mark, index))}
</svg>`;
}

function gridLine(plot: IntervalPlot, tick: number): Markup {
  const y = px(height(plot, tick));
  return markup`<line class="grid" x1="${share(GUTTER)}" x2="100%" y1="${y}" y2="${y}"/>
<text class="tick-label" x="${share(GUTTER)}" dx="-6" y="${y}" dy="4" text-anchor="end">${tickLabel(tick, plot.unit)}${plot.unit === "score" ? "" : ` ${unitName(plot.unit)}`}</text>`;
}

function referenceLine(plot: IntervalPlot, line: PlotLine): Markup {
  const y = height(plot, line.at);
  return markup`<line class="line ${line.role}" x1="${share(GUTTER)}" x2="100%" y1="${px(y)}" y2="${px(y)}"/>
<text class="line-label ${line.role}" x="${share(GUTTER)}" dx="4" y="${px(y - 5)}">${line.label}</text>`;
}

function column(plot: IntervalPlot, mark: PlotMark, index: number): Markup {
  const x = share(GUTTER + ((1 - GUTTER) * (index + 0.5)) / plot.marks.length);
  const base = TOP + PLOT_HEIGHT;
  return markup`<g class="mark ${mark.tone ?? "neutral"}">
${interval(plot, mark, x)}
<text class="label small" x="${x}" y="${px(base + 18)}" text-anchor="middle">${mark.label}</text>
<text class="tick-label" x="${x}" y="${px(base + 34)}" text-anchor="middle">${mark.note ?? ""}</text>
</g>`;
}

function interval(plot: IntervalPlot, { value }: PlotMark, x: string): Markup {
  if ("unavailable" in value) return NOTHING;
  const [upper, lower] = [height(plot, value.upper), height(plot, value.lower)];
  const cap = (y: number): Markup =>
    markup`<svg class="arrow" x="${x}" y="${px(y)}" width="1" height="1" overflow="visible"><path class="cap" d="M-5 0L5 0"/></svg>`;
  return markup`<line class="span" x1="${x}" x2="${x}" y1="${px(upper)}" y2="${px(lower)}"/>${cap(upper)}${cap(lower)}
<circle class="point" cx="${x}" cy="${px(height(plot, value.point))}" r="4.5"/>
<text class="numbers small" x="${x}" y="${px(upper - 6)}" text-anchor="middle">${plotNumber(value.point, plot.unit)}</text>`;
}

function height({ domain }: IntervalPlot, value: number): number {
  return TOP + PLOT_HEIGHT * (1 - placeIn(domain, value));
}

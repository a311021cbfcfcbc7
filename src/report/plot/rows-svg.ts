import type { IntervalPlot, PlotLine, PlotMark } from "../document.ts";
import { type Markup, markup, NOTHING } from "../markup.ts";
import { markText, tickLabel, unitName } from "./plot-text.ts";
import { niceTicks, placeIn, px, share } from "./scale.ts";

const ROW_HEIGHT = 44;
/** The upper part of a row, for its label and numbers; reference lines leave it free. */
const LABEL_HEIGHT = 19;
const HEADER_LINE = 17;
const AXIS_HEIGHT = 26;
const TICKS = 5;

/**
 * A forest plot. Horizontal places are percentages and everything else is in pixels, so the plot fills any width and its text keeps
 * its size; each row's label and numbers stand above its interval, so it needs no gutter on a narrow screen.
 */
export function rowsSvg(plot: IntervalPlot, id: string): Markup {
  const top = HEADER_LINE * plot.lines.length + 8;
  const bottom = top + ROW_HEIGHT * plot.marks.length;
  return markup`<svg class="plot" role="img" aria-labelledby="${id}-title ${id}-desc" width="100%" height="${px(bottom + AXIS_HEIGHT)}">
<title id="${id}-title">${plot.title}</title>
<desc id="${id}-desc">${describe(plot)}</desc>
${plot.lines.map((line, index) => referenceLine(plot, line, HEADER_LINE * (index + 1) - 4, top))}
${plot.marks.map((mark, index) => row(plot, mark, top + ROW_HEIGHT * index))}
${axis(plot, bottom)}
</svg>`;
}

/** What the plot shows, in words, for who can't see it. */
export function describe(plot: IntervalPlot): string {
  const lines = plot.lines.map((line) => line.label).join(", ");
  const marks = plot.marks.map((mark) => `${mark.label}: ${markText(mark, plot.unit)}`).join("; ");
  return `${plot.caption} ${lines === "" ? "" : `Lines: ${lines}. `}${marks}.`;
}

function referenceLine(plot: IntervalPlot, line: PlotLine, labelY: number, top: number): Markup {
  const place = placeIn(plot.domain, line.at);
  const x = share(place);
  const anchor = place > 0.5 ? "end" : "start";
  const piece = (from: number, to: number): Markup =>
    markup`<line class="line ${line.role}" x1="${x}" x2="${x}" y1="${px(from)}" y2="${px(to)}"/>`;
  return markup`${piece(labelY - 10, top)}
${plot.marks.map((_, index) => piece(top + ROW_HEIGHT * index + LABEL_HEIGHT, top + ROW_HEIGHT * (index + 1)))}
<text class="line-label ${line.role}" x="${x}" dx="${place > 0.5 ? "-5" : "5"}" y="${px(labelY)}" text-anchor="${anchor}">${line.label}</text>`;
}

function row(plot: IntervalPlot, mark: PlotMark, y: number): Markup {
  return markup`<g class="mark ${mark.tone ?? "neutral"}">
<text class="label" x="0" y="${px(y + 14)}">${mark.label}</text>
<text class="numbers" x="100%" y="${px(y + 14)}" text-anchor="end">${markText(mark, plot.unit)}</text>
${strip(plot, mark, y + 30)}
</g>`;
}

function strip({ domain }: IntervalPlot, { value }: PlotMark, y: number): Markup {
  if ("unavailable" in value) return NOTHING;
  const [from, to] = [share(placeIn(domain, value.lower)), share(placeIn(domain, value.upper))];
  const point = share(placeIn(domain, value.point));
  const pointInside = value.point >= domain.lower && value.point <= domain.upper;
  const end = (at: string, inside: boolean, direction: "left" | "right"): Markup =>
    inside
      ? markup`<line class="cap" x1="${at}" x2="${at}" y1="${px(y - 5)}" y2="${px(y + 5)}"/>`
      : arrow(at, y, direction);
  return markup`<line class="span" x1="${from}" x2="${to}" y1="${px(y)}" y2="${px(y)}"/>
${end(from, value.lower >= domain.lower, "left")}${end(to, value.upper <= domain.upper, "right")}
${pointInside ? markup`<circle class="point" cx="${point}" cy="${px(y)}" r="4.5"/>` : arrow(point, y, value.point < domain.lower ? "left" : "right")}`;
}

/** An arrow at the edge; a nested picture, because paths can't be placed by percentages. */
function arrow(x: string, y: number, direction: "left" | "right"): Markup {
  const path = direction === "left" ? "M0 0L9 -6L9 6Z" : "M0 0L-9 -6L-9 6Z";
  return markup`<svg class="arrow" x="${x}" y="${px(y)}" width="1" height="1" overflow="visible"><path d="${path}"/></svg>`;
}

function axis({ domain, unit }: IntervalPlot, y: number): Markup {
  const ticks = niceTicks(domain, TICKS).map((tick) => {
    const place = placeIn(domain, tick);
    const anchor = place < 0.04 ? "start" : place > 0.96 ? "end" : "middle";
    return markup`<line class="tick" x1="${share(place)}" x2="${share(place)}" y1="${px(y)}" y2="${px(y + 5)}"/>
<text class="tick-label" x="${share(place)}" y="${px(y + 19)}" text-anchor="${anchor}">${tickLabel(tick, unit)}${unit === "score" ? "" : ` ${unitName(unit)}`}</text>`;
  });
  return markup`<line class="axis" x1="0" x2="100%" y1="${px(y)}" y2="${px(y)}"/>${ticks}`;
}

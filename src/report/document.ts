import type { Choice } from "../domain/item.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Interval } from "../stats/interval.ts";

/**
 * A report as content without form: plain, unescaped text in sections and blocks. The HTML and the Markdown renderer are the only
 * places that write markup, and they escape everything.
 */
export interface ReportDocument {
  readonly title: string;
  readonly subtitle: string;
  /** What a reader must know before anything else. */
  readonly warnings: readonly string[];
  readonly sections: readonly Section[];
}

export interface Section {
  /** Unique in the document; letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  readonly sections?: readonly Section[];
}

export type Tone = Outcome | "reference";

export type Block =
  | { readonly kind: "paragraph"; readonly text: string }
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "notes"; readonly items: readonly string[] }
  | { readonly kind: "callout"; readonly tone: Tone; readonly title: string; readonly text: string }
  | { readonly kind: "facts"; readonly entries: readonly (readonly [term: string, description: string])[] }
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  | { readonly kind: "folded"; readonly summary: string; readonly blocks: readonly Block[] }
  | { readonly kind: "plots"; readonly plots: readonly IntervalPlot[] }
  | Table
  | ExampleBlock;

export interface Table {
  readonly kind: "table";
  /** Says what is in the cells; names methods and n where there are intervals or p-values. */
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** On a narrow screen: scroll sideways (numbers to compare) or stack each row's cells (text to read). */
  readonly narrow: "scroll" | "stack";
}

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

export type Cell = string | RichCell;

export interface RichCell {
  readonly text: string;
  /** Shown smaller, below the text. */
  readonly note?: string;
  /** Shows the text as a badge. */
  readonly tone?: Tone;
  /** A hash, a path, a signature: fixed pitch, may break anywhere. */
  readonly verbatim?: boolean;
}

/** Points with intervals: one row per variant (differences) or one column per variant (the ladder). */
export interface IntervalPlot {
  readonly layout: "rows" | "columns";
  readonly title: string;
  /** Names the method and n of the intervals. */
  readonly caption: string;
  readonly marks: readonly PlotMark[];
  readonly lines: readonly PlotLine[];
  readonly unit: PlotUnit;
  /** What is drawn; marks beyond it are drawn as arrows at the edge. */
  readonly domain: Interval;
}

/** Of all numbers in a plot. `%` is a percentage of something, `change %` a signed one. */
export type PlotUnit = "pp" | "%" | "change %" | "score";

export interface PlotMark {
  readonly label: string;
  readonly note?: string;
  readonly tone?: Tone;
  readonly value: ({ readonly point: number } & Interval) | { readonly unavailable: string };
}

export interface PlotLine {
  readonly at: number;
  readonly label: string;
  readonly role: "baseline" | "margin" | "chance";
}

export interface ExampleBlock {
  readonly kind: "example";
  readonly title: string;
  readonly question: string;
  readonly choices: readonly Choice[];
  readonly expected: string;
  readonly answers: readonly ExampleAnswer[];
  readonly detail?: string;
}

export interface ExampleAnswer {
  readonly who: string;
  readonly text: string;
  /** Generated answers are neither: one only scores less than the other. */
  readonly mark: "right" | "wrong" | "unmarked";
}

import { describe, expect, it } from "vitest";
import { buildDocument } from "../../src/report/build-document.ts";
import type { Block, Cell, Section } from "../../src/report/document.ts";
import { sampleData } from "./sample-data.ts";

const METHOD = /Wilson|Tango|betting|bootstrap|BCa|\bt 9[05] %|McNemar|Brown-Forsythe/;
/** Explanations of a table may leave the method to its rows. */
const METHOD_IN_ROW = /by the method|method and n stand|interval's method|of the rule's own test/;
const SIZE = /\bn\b|\bpairs\b/;
const STATEMENT = /\bintervals?\b|\bp [=<>]|\[[−+]?\d[\d.]*, [−+]?\d[\d.]*\]/;

interface Statement {
  readonly text: string;
  /** Where method and n may stand. */
  readonly context: string;
}

/** Everything a reader takes in together: a text, a plot's caption, a table's row with its heads and caption. */
function statementsOf(block: Block): readonly Statement[] {
  switch (block.kind) {
    case "paragraph":
    case "heading":
      return [alone(block.text)];
    case "callout":
      return [alone(`${block.title} ${block.text}`)];
    case "notes":
      return block.items.map(alone);
    case "folded":
      return [alone(block.summary), ...block.blocks.flatMap(statementsOf)];
    case "plots":
      return block.plots.map(({ caption }) => alone(caption));
    case "table": {
      const head = [block.caption, ...block.columns.map(({ title }) => title)].join(" ");
      return [
        alone(block.caption),
        ...block.rows.map((cells) => {
          const text = cells.map(cellText).join(" ");
          return { text, context: `${head} ${text}` };
        }),
      ];
    }
    case "facts":
    case "code":
    case "example":
      return [];
  }
}

function alone(text: string): Statement {
  return { text, context: METHOD_IN_ROW.test(text) ? `${text} McNemar` : text };
}

function cellText(cell: Cell): string {
  return typeof cell === "string" ? cell : `${cell.text} ${cell.note ?? ""}`;
}

function allBlocks(sections: readonly Section[]): readonly Block[] {
  return sections.flatMap(({ blocks, sections: inner }) => [...blocks, ...allBlocks(inner ?? [])]);
}

describe("statements with p or an interval", () => {
  const statements = allBlocks(buildDocument(sampleData()).sections)
    .flatMap(statementsOf)
    .filter(({ text }) => STATEMENT.test(text));

  it("are all over the report", () => {
    expect(statements.length).toBeGreaterThan(100);
  });

  it("name their method and n", () => {
    expect(statements.filter(({ context }) => !METHOD.test(context) || !SIZE.test(context))).toEqual([]);
  });
});

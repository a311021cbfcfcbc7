import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type RowLayout, readRows } from "../../src/dataset/read-rows.ts";
import type { SourceRow } from "../../src/dataset/source-row.ts";
import { UsageError } from "../../src/domain/errors.ts";
import { temporaryFolder } from "../support/cli.ts";
import { collect } from "../support/collect.ts";
import { parquetBytes } from "./parquet-file.ts";

const running = new AbortController().signal;

async function read(name: string, contents: string | Buffer, layout: RowLayout = {}): Promise<readonly SourceRow[]> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, contents);
  return collect(readRows(path, layout, running));
}

const rowsOf = (sources: readonly SourceRow[]) =>
  sources.map((source) => ("row" in source ? source.row : source.problem));
const linesOf = (sources: readonly SourceRow[]) => sources.map((source) => source.place.line);

describe("rows of a CSV file", () => {
  it("are objects of text by the names of the header", async () => {
    const rows = await read("a.csv", "id,question\n1,Why?\n2,Who?\n");
    expect(rowsOf(rows)).toEqual([
      { id: "1", question: "Why?" },
      { id: "2", question: "Who?" },
    ]);
    expect(linesOf(rows)).toEqual([2, 3]);
  });

  it("take names from the layout where there is no header, and a tab in a .tsv", async () => {
    expect(rowsOf(await read("a.csv", "Why?,yes\n", { columns: ["q", "a"] }))).toEqual([{ q: "Why?", a: "yes" }]);
    expect(rowsOf(await read("a.tsv", "q\ta\nWhy, so?\tyes\n"))).toEqual([{ q: "Why, so?", a: "yes" }]);
    expect(rowsOf(await read("a.csv", "q;a\nWhy, so?;yes\n", { delimiter: ";" }))).toEqual([
      { q: "Why, so?", a: "yes" },
    ]);
  });

  it("may have commas, quotes and newlines in quotes; they are told by the line they begin on", async () => {
    const rows = await read("a.csv", '\uFEFFq,a\r\n"one, ""two""\nthree",x\r\n\r\nlast,y\r\n');
    expect(rowsOf(rows)).toEqual([
      { q: 'one, "two"\nthree', a: "x" },
      { q: "last", a: "y" },
    ]);
    expect(linesOf(rows)).toEqual([2, 5]);
  });

  it("that have too few or too many fields are told, the others are read", async () => {
    const rows = await read("a.csv", "q,a\none\ntwo,x\nthree,y,z\n");
    expect(rowsOf(rows)).toEqual([
      "has 1 fields, the header names 2 columns",
      { q: "two", a: "x" },
      "has 3 fields, the header names 2 columns",
    ]);
    expect(linesOf(rows)).toEqual([2, 3, 4]);
  });

  it.each([
    ["a quote that is never closed", 'q,a\n"one,x\ntwo,y\n', "a quoted field is never closed"],
    ["text after a closing quote", 'q,a\n"one" or,x\n', "text follows the closing quote"],
    ["a quote in a field without quotes", 'q,a\n5" wide,x\n', "a quote stands inside a field"],
    ["a column twice", "q,q\n1,2\n", 'the header names the column "q" twice'],
  ])("end with what is wrong after %s", async (_, text, problem) => {
    const rows = await read("a.csv", text);
    expect(rowsOf(rows).at(-1)).toContain(problem);
  });

  it("stream: a file is read no further than its rows are taken", async () => {
    const path = join(await temporaryFolder(), "long.csv");
    await writeFile(path, `q,a\n${"x,y\n".repeat(200_000)}"never closed`);
    for await (const source of readRows(path, {}, running)) {
      expect(source).toHaveProperty("row");
      if (source.place.line > 1000) break;
    }
  });
});

describe("rows of a Parquet file", () => {
  it("are plain values: numbers, texts, lists, objects", async () => {
    const rows = await read(
      "a.parquet",
      parquetBytes({ question: "text", answer: "int64", choices: "texts", more: { text: "texts", label: "texts" } }, [
        { question: "Why?", answer: 2, choices: ["a", "b"], more: { text: ["x"], label: ["1"] } },
        { question: "Whoü🙂?", answer: 0, choices: [], more: { text: [], label: [] } },
      ]),
    );
    expect(rowsOf(rows)).toEqual([
      { question: "Why?", answer: 2, choices: ["a", "b"], more: { text: ["x"], label: ["1"] } },
      { question: "Whoü🙂?", answer: 0, choices: [], more: { text: [], label: [] } },
    ]);
    expect(linesOf(rows)).toEqual([1, 2]);
  });

  it("come in order from all row groups", async () => {
    const rows = Array.from({ length: 25 }, (_, index) => ({ question: `q${index}`, answer: index }));
    const bytes = parquetBytes({ question: "text", answer: "int64" }, rows, { rowGroupSize: 10 });
    const found = await read("a.parquet", bytes);
    expect(rowsOf(found)).toEqual(rows);
    expect(linesOf(found)).toEqual(rows.map((_, index) => index + 1));
  });

  it("need a Parquet file, whole", async () => {
    const bytes = parquetBytes({ question: "text" }, [{ question: "q" }]);
    await expect(read("a.parquet", "q,a\n")).rejects.toThrow(/a\.parquet: not a Parquet file/);
    await expect(read("a.parquet", bytes.subarray(0, -20))).rejects.toThrow(/a\.parquet: not a Parquet file/);
    await expect(read("a.parquet", bytes.fill(7, 4, 30))).rejects.toThrow(/a\.parquet: rows 1 to 1 can't be read/);
  });
});

describe("the format of a file", () => {
  it("may be said where the extension doesn't tell", async () => {
    expect(rowsOf(await read("rows.txt", '{"a":1}\n', { format: "jsonl" }))).toEqual([{ a: 1 }]);
    expect(rowsOf(await read("ROWS.JSONL", '{"a":1}\n'))).toEqual([{ a: 1 }]);
    const error: unknown = await read("rows.txt", "").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ message: expect.stringMatching(/rows\.txt: the extension doesn't tell the format/) });
    expect(error).toMatchObject({ hint: expect.stringContaining(".jsonl, .ndjson, .csv, .tsv, .parquet") });
  });

  it("is that of a file, which has to be there", async () => {
    await expect(collect(readRows("/nowhere/a.csv", {}, running))).rejects.toThrow(
      "/nowhere/a.csv: there is no such file",
    );
  });
});

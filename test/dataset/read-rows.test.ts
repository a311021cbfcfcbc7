import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { parquetWriteBuffer } from "hyparquet-writer";
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

/** A Zstandard frame of one block that is stored as it is (RFC 8878, 3.1.1). */
function zstdStored(bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(12);
  head.writeUInt32LE(0xfd2fb528, 0);
  head.writeUInt8(0xa0, 4);
  head.writeUInt32LE(bytes.length, 5);
  head.writeUIntLE((bytes.length << 3) | 1, 9, 3);
  return Buffer.concat([head, bytes]);
}

describe("rows of a packed Parquet file", () => {
  it.each([
    ["gzip", "GZIP", (bytes: Uint8Array) => gzipSync(bytes)],
    ["Zstandard", "ZSTD", zstdStored],
    ["Brotli", "BROTLI", (bytes: Uint8Array) => brotliCompressSync(bytes)],
  ] as const)("are read when packed with %s", async (_, codec, compress) => {
    const columnData = [
      { name: "q", data: ["Why?", "Grüße ☀"] },
      { name: "a", data: [1, 2] },
    ];
    const bytes = Buffer.from(parquetWriteBuffer({ columnData, codec, compressors: { [codec]: compress } }));
    expect(rowsOf(await read("a.parquet", bytes))).toEqual([
      { q: "Why?", a: 1 },
      { q: "Grüße ☀", a: 2 },
    ]);
  });

  it("have null where a number is NaN, in lists too", async () => {
    const columnData = [
      { name: "a", data: [1.5, Number.NaN], type: "DOUBLE" as const },
      { name: "b", data: [[1, Number.NaN], [2]], type: "JSON" as const },
    ];
    const rows = rowsOf(await read("a.parquet", Buffer.from(parquetWriteBuffer({ columnData }))));
    expect(rows.map((row) => (row as { a: unknown }).a)).toEqual([1.5, null]);
  });
});

describe("text in UTF-16", () => {
  const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();
  it.each([
    ["little-endian with its mark", (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le")],
    ["big-endian with its mark", (text: string) => utf16be(`\uFEFF${text}`)],
    ["little-endian without a mark", (text: string) => Buffer.from(text, "utf16le")],
    ["big-endian without a mark", utf16be],
  ])("is read: %s", async (_, encode) => {
    const rows = Array.from({ length: 3000 }, (_row, index) => ({ q: `Où ${index}? ☀😀` }));
    const jsonl = encode(rows.map((row) => JSON.stringify(row)).join("\r\n"));
    expect(rowsOf(await read("a.jsonl", jsonl))).toEqual(rows);
    const csv = encode(["q;a", ...rows.map(({ q }) => `${q};x`)].join("\r\n"));
    expect(rowsOf(await read("a.csv", csv))).toEqual(rows.map(({ q }) => ({ q, a: "x" })));
  });

  it("that holds NaN as some programs write JSON is told", async () => {
    expect(rowsOf(await read("a.jsonl", '{"a": NaN}\n{"a": 1}'))).toEqual([
      "not valid JSON; NaN and Infinity are no JSON; write null",
      { a: 1 },
    ]);
  });
});

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

  it.each([
    ["semicolons", "\uFEFFid;q;right\r\n1;Où, à Paris ?;A\r\n", { id: "1", q: "Où, à Paris ?", right: "A" }],
    ["bars", "q|a\nWhy, so?|yes\n", { q: "Why, so?", a: "yes" }],
    ["commas, with a semicolon in a name", '"q; long",a,b\nx,y,z\n', { "q; long": "x", a: "y", b: "z" }],
    ["nothing", "q\nWhy\n", { q: "Why" }],
  ])("are divided as the first line is: by %s", async (_, text, row) => {
    expect(rowsOf(await read("a.csv", text))).toEqual([row]);
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

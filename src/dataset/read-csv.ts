import { Readable } from "node:stream";
import { CsvError, parse } from "csv-parse";
import { throwIfAborted } from "../domain/errors.ts";
import { readText } from "./read-text.ts";
import type { SourceRow } from "./source-row.ts";

export interface CsvLayout {
  readonly delimiter: string;
  /** Names of the columns of a file without a header. */
  readonly columns?: readonly string[];
}

const DELIMITERS = [",", ";", "\t", "|"] as const;

/** What stands most often between the fields of a file's first line; a comma where that is not told. */
export async function delimiterOf(path: string): Promise<string> {
  let start = "";
  for await (const text of readText(path)) {
    start += text;
    if (start.length > 1 << 16 || /\n./.test(start)) break;
  }
  const line = start.replace(/"[^"]*"/g, "").split(/\r?\n/, 1)[0] ?? "";
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",";
}

interface CsvRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** More than this in one row is a quote that was never closed. */
const LONGEST_ROW_BYTES = 1 << 24;

/** Rows of a CSV file (RFC 4180, quotes doubled) as objects of text by column, streamed; empty lines are passed over. */
export async function* readCsv(path: string, layout: CsvLayout, signal: AbortSignal): AsyncGenerator<SourceRow> {
  const parser = parse({
    bom: true,
    delimiter: layout.delimiter,
    info: true,
    max_record_size: LONGEST_ROW_BYTES,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const text = Readable.from(readText(path));
  text.on("error", (error) => parser.destroy(error));
  let columns = layout.columns;
  try {
    for await (const { record, info } of text.pipe(parser) as AsyncIterable<CsvRecord>) {
      throwIfAborted(signal);
      const place = { file: path, line: info.lines - newlinesIn(record) };
      if (columns === undefined) {
        columns = record.map((name) => name.trim());
        const twice = columns.find((name, index) => columns?.indexOf(name) !== index);
        if (twice === undefined) continue;
        yield { place, problem: `the header names the column "${twice}" twice` };
        return;
      }
      if (record.length !== columns.length) {
        const expected = layout.columns === undefined ? "the header names" : "the mapping names";
        yield { place, problem: `has ${record.length} fields, ${expected} ${columns.length} columns` };
        continue;
      }
      yield { place, row: Object.fromEntries(columns.map((name, index) => [name, record[index] ?? ""])) };
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    yield { place: { file: path, line: lineOf(error) }, problem: problemOf(error) };
  } finally {
    text.destroy();
  }
}

/** A row's line number is told as that of its end. */
function newlinesIn(record: readonly string[]): number {
  return record.reduce((sum, field) => sum + (field.match(/\r\n|\r|\n/g)?.length ?? 0), 0);
}

function lineOf(error: CsvError): number {
  const line: unknown = error.lines;
  return typeof line === "number" ? line : 0;
}

function problemOf({ code, message }: CsvError): string {
  switch (code) {
    case "CSV_QUOTE_NOT_CLOSED":
    case "CSV_MAX_RECORD_SIZE":
      return "a quoted field is never closed; double the quotes inside a field";
    case "INVALID_OPENING_QUOTE":
      return "a quote stands inside a field that has none around it; quote the field and double its quotes";
    case "CSV_INVALID_CLOSING_QUOTE":
      return "text follows the closing quote of a field; double the quotes inside a field";
    default:
      return `not valid CSV: ${message}`;
  }
}

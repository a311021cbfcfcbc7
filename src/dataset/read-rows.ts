import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { UsageError } from "../domain/errors.ts";
import { delimiterOf, readCsv } from "./read-csv.ts";
import { readJsonl } from "./read-jsonl.ts";
import { readParquet } from "./read-parquet.ts";
import type { SourceRow } from "./source-row.ts";

export const ROW_FORMATS = ["jsonl", "csv", "parquet"] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

export interface RowLayout {
  /** By default what the file's extension says. */
  readonly format?: RowFormat | undefined;
  /** Of a CSV file; by default what its first line is divided by, in a `.tsv` a tab. */
  readonly delimiter?: string | undefined;
  /** Names of the columns of a CSV file without a header. */
  readonly columns?: readonly string[] | undefined;
}

const FORMATS: Readonly<Record<string, RowFormat>> = {
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".csv": "csv",
  ".tsv": "csv",
  ".parquet": "parquet",
};

/** Rows of a file in any of the formats, streamed. Throws `UsageError` for a file that isn't there or whose format isn't known. */
export async function* readRows(path: string, layout: RowLayout, signal: AbortSignal): AsyncGenerator<SourceRow> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new UsageError(`${path}: there is no such file`, { hint: "check the path" });
  const extension = extname(path).toLowerCase();
  const format = layout.format ?? FORMATS[extension];
  switch (format) {
    case "jsonl":
      return yield* readJsonl(path, signal);
    case "csv": {
      const delimiter = layout.delimiter ?? (extension === ".tsv" ? "\t" : await delimiterOf(path));
      const { columns } = layout;
      return yield* readCsv(path, { delimiter, ...(columns === undefined ? {} : { columns }) }, signal);
    }
    case "parquet":
      return yield* readParquet(path, signal);
    case undefined:
      throw new UsageError(`${path}: the extension doesn't tell the format`, {
        hint: `known are ${Object.keys(FORMATS).join(", ")}; else say \`format\` in the mapping: ${ROW_FORMATS.join(", ")}`,
      });
  }
}

import { asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { messageOf, throwIfAborted, UsageError } from "../domain/errors.ts";
import type { SourceRow } from "./source-row.ts";

/**
 * Rows of a Parquet file as plain values, one row group in memory at a time; rows count from 1. Whole numbers become numbers (text beyond
 * 2⁵³), times become ISO text, and NaN, which is how some programs write a value that isn't there, null. Throws `UsageError` for a file that is no Parquet, or packed in another way.
 */
export async function* readParquet(path: string, signal: AbortSignal): AsyncGenerator<SourceRow> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file).catch((cause: unknown) => {
    throw new UsageError(`${path}: not a Parquet file (${messageOf(cause)})`, {
      cause,
      hint: "check that it was downloaded whole and that its format is Parquet",
    });
  });
  assertReadable(path, metadata);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    throwIfAborted(signal);
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors }).catch((cause: unknown) => {
      throw new UsageError(`${path}: rows ${rowStart + 1} to ${rowEnd} can't be read (${messageOf(cause)})`, {
        cause,
        hint: "the file is damaged; download it again",
      });
    });
    for (const [index, row] of rows.entries())
      yield { place: { file: path, line: rowStart + index + 1 }, row: plain(row) };
    rowStart = rowEnd;
  }
}

function assertReadable(path: string, { row_groups }: FileMetaData): void {
  const codecs = row_groups.flatMap((group) => group.columns.flatMap(({ meta_data }) => meta_data?.codec ?? []));
  const unknown = codecs.find((codec) => codec !== "UNCOMPRESSED" && !Object.hasOwn(compressors, codec));
  if (unknown !== undefined)
    throw new UsageError(`${path}: its columns are packed with ${unknown}, which can't be unpacked here`, {
      hint: "write it again with Snappy, or as JSON Lines",
    });
}

function plain(value: unknown): unknown {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  if (Number.isNaN(value)) return null;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
}

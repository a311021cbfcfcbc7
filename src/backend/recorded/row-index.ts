import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { throwIfAborted, UsageError } from "../../domain/errors.ts";
import { type RecordedRow, readRow } from "./rows.ts";

/** Where a row stands in its file, in bytes. */
export interface RowPlace {
  readonly start: number;
  readonly length: number;
}

export interface RowIndex {
  readonly places: ReadonlyMap<string, RowPlace>;
  readonly rows: number;
  /** sha256 of the whole file. */
  readonly digest: string;
}

const NEWLINE = 0x0a;

/** The key of an item in the index; rows without a task answer for every task. */
export function rowKey(task: string | undefined, item: string): string {
  return `${task ?? ""}\u0000${item}`;
}

/**
 * Reads a file of recorded answers once and keeps where each row stands, not what it says. Throws `UsageError` with file and line for a row
 * that doesn't fit, and for two rows of one item.
 */
export async function indexRows(path: string, signal: AbortSignal): Promise<RowIndex> {
  const hash = createHash("sha256");
  const places = new Map<string, RowPlace>();
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  let line = 0;
  let rows = 0;
  const take = (bytes: Buffer): void => {
    line += 1;
    const row = parseLine(bytes, path, line);
    if (row !== undefined) {
      rows += 1;
      for (const item of row.items) {
        const key = rowKey(row.task, item);
        if (places.has(key)) throw new UsageError(`${path}:${line}: item "${item}" was recorded before in this file`);
        places.set(key, { start, length: bytes.length });
      }
    }
    start += bytes.length + 1;
  };
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      throwIfAborted(signal);
      hash.update(chunk);
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let from = 0;
      for (let end = bytes.indexOf(NEWLINE, from); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
        take(bytes.subarray(from, end));
        from = end + 1;
      }
      rest = Buffer.from(bytes.subarray(from));
    }
  } catch (cause) {
    throwIfAborted(signal);
    if (cause instanceof UsageError) throw cause;
    throw new UsageError(`${path}: the recorded answers can't be read`, { cause });
  }
  if (rest.length > 0) take(rest);
  return { places, rows, digest: hash.digest("hex") };
}

function parseLine(bytes: Buffer, path: string, line: number): RecordedRow | undefined {
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  if (text.trim() === "") return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UsageError(`${path}:${line}: not valid JSON`, { cause, hint: "each line must be one JSON object" });
  }
  const row = readRow(value);
  if ("problem" in row) throw new UsageError(`${path}:${line}: ${row.problem}`);
  return row;
}

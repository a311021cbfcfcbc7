import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { throwIfAborted, UsageError } from "../../domain/errors.ts";
import { type RecordedRow, readRow } from "./rows.ts";

/** Where a row stands in its file, in bytes. */
export interface RowPlace {
  readonly start: number;
  readonly length: number;
  /** Of a row of lm-evaluation-harness: 16 hex digits over its answers, by which the same document under another filter is known. */
  readonly answers?: string;
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
 * that doesn't fit, and for two rows of one item; lm-evaluation-harness' rows of one document, one a filter, are one where their answers are.
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
      const keys = row.items.map((item) => rowKey(row.task, item));
      const before = keys.flatMap((key) => places.get(key) ?? []);
      const answers = row.filtered ? shortHash(JSON.stringify(row.answer)) : undefined;
      if (before.length === 0) {
        rows += 1;
        const place = { start, length: bytes.length, ...(answers === undefined ? undefined : { answers }) };
        for (const key of keys) places.set(key, place);
      } else if (answers === undefined || before.some((place) => place.answers !== answers)) {
        throw recordedTwice(`${path}:${line}`, row);
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

function recordedTwice(where: string, { items, filtered }: RecordedRow): UsageError {
  return new UsageError(
    `${where}: item "${items.at(-1)}" was recorded before in this file${filtered ? ", with another answer" : ""}`,
    {
      hint: filtered
        ? "a file holds one run of one task; a document may stand once a filter"
        : "keep one of the two rows",
    },
  );
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
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

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted, UsageError } from "../domain/errors.ts";
import type { Item } from "../domain/item.ts";
import type { Dataset } from "./dataset.ts";
import { mapRow } from "./map-row.ts";
import { encodingOf } from "./read-text.ts";

const NEWLINE = 0x0a;
const WINDOW_BYTES = 1 << 16;

/**
 * Items of a dataset by position, read from disk when asked for: memory holds one offset per item, and a window of the file.
 * Reading in order costs one pass over the file.
 */
export interface ItemSource {
  readonly count: number;
  item(index: number): Promise<Item>;
  close(): Promise<void>;
}

/**
 * Opens a dataset's items and checks them against the manifest in the same pass: sha256 and number of rows.
 * Throws `UsageError` when the file is missing, changed, or doesn't have as many rows as the manifest says.
 */
export async function openItems(dataset: Dataset, signal: AbortSignal): Promise<ItemSource> {
  const path = join(dataset.folder, dataset.manifest.file);
  const { offsets, lines, sha256 } = await indexLines(path, signal);
  if ((await encodingOf(path)) !== "utf-8")
    throw new UsageError(`${path}: it is UTF-16, and a dataset's items are UTF-8`, {
      hint: "make a dataset of it with `quantgate datasets import`, which reads both",
    });
  const { manifest } = dataset;
  if (sha256 !== manifest.sha256) {
    throw new UsageError(
      `${path}: its sha256 is ${sha256.slice(0, 12)}…, the manifest says ${manifest.sha256.slice(0, 12)}…`,
      {
        hint: "restore the file; if the change is meant, make a dataset of it with `quantgate datasets import`",
      },
    );
  }
  if (lines.length !== manifest.items)
    throw new UsageError(`${path}: it has ${lines.length} rows, the manifest says ${manifest.items}`);
  return new FileItemSource(dataset, path, await open(path, "r"), offsets, lines);
}

class FileItemSource implements ItemSource {
  readonly count: number;
  readonly #dataset: Dataset;
  readonly #path: string;
  readonly #file: FileHandle;
  /** Byte offsets of each row's start, and one more for the end of the last. */
  readonly #offsets: readonly number[];
  readonly #lines: readonly number[];
  #window = { start: 0, bytes: Buffer.alloc(0) };

  constructor(dataset: Dataset, path: string, file: FileHandle, offsets: readonly number[], lines: readonly number[]) {
    this.#dataset = dataset;
    this.#path = path;
    this.#file = file;
    this.#offsets = offsets;
    this.#lines = lines;
    this.count = lines.length;
  }

  async item(index: number): Promise<Item> {
    const start = this.#offsets[index];
    const end = this.#offsets[index + 1];
    const line = this.#lines[index];
    if (start === undefined || end === undefined || line === undefined) {
      throw new RangeError(`${this.#path} has ${this.count} items, item ${index} was asked for`);
    }
    const place = { file: this.#path, line };
    const text = (await this.#bytes(start, end)).toString("utf8").replace(/^\uFEFF/, "");
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch (cause) {
      throw new UsageError(`${place.file}:${place.line}: not valid JSON`, {
        cause,
        hint: "each line must be one JSON object",
      });
    }
    return mapRow(row, this.#dataset.manifest, index, place);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #bytes(start: number, end: number): Promise<Buffer> {
    const window = this.#window;
    if (start < window.start || end > window.start + window.bytes.length) {
      const bytes = Buffer.alloc(Math.max(WINDOW_BYTES, end - start));
      const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, start);
      this.#window = { start, bytes: bytes.subarray(0, bytesRead) };
      return bytes.subarray(0, end - start);
    }
    return window.bytes.subarray(start - window.start, end - window.start);
  }
}

async function indexLines(path: string, signal: AbortSignal) {
  const hash = createHash("sha256");
  const offsets: number[] = [];
  const lines: number[] = [];
  let position = 0;
  let lineStart = 0;
  let line = 1;
  let blank = true;
  const endLine = (end: number): void => {
    if (!blank) {
      offsets.push(lineStart);
      lines.push(line);
    }
    line += 1;
    lineStart = end;
    blank = true;
  };
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>) {
      throwIfAborted(signal);
      hash.update(chunk);
      for (let index = 0; index < chunk.length; index += 1) {
        const byte = chunk[index] ?? 0;
        if (byte === NEWLINE) endLine(position + index + 1);
        else if (byte > 0x20) blank = false;
      }
      position += chunk.length;
    }
  } catch (cause) {
    throwIfAborted(signal);
    throw new UsageError(`${path}: the dataset's items can't be read`, { cause });
  }
  endLine(position);
  offsets.push(position);
  return { offsets, lines, sha256: hash.digest("hex") };
}

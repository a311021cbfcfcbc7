import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { messageOf, throwIfAborted, UsageError } from "../domain/errors.ts";

/**
 * The rows of a JSON Lines file, one at a time, also compressed (`.gz`). Tools write `NaN` where JSON has no number: it is read as null. A last line
 * that was cut, as by a full disk, is left out and told to `onCut`; any other bad line throws `UsageError` with its number.
 */
export async function* readJsonLines(
  path: string,
  signal: AbortSignal,
  onCut: (remark: string) => void = () => {},
): AsyncGenerator<unknown> {
  let line = 0;
  let bad: UsageError | undefined;
  for await (const text of linesOf(path, signal)) {
    line += 1;
    if (text.trim() === "") continue;
    if (bad !== undefined) throw bad;
    try {
      yield parseJson(line === 1 ? text.replace(/^\uFEFF/, "") : text);
    } catch (cause) {
      bad = new UsageError(`${path}:${line}: not a line of JSON: ${messageOf(cause)}`, { cause });
    }
  }
  if (bad !== undefined) onCut(`${path}: its last line is cut and was left out`);
}

/** JSON as Python writes it: `NaN` and `Infinity` are null. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const plain = text.replace(/([:[,]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])/g, "$1null");
    if (plain === text) throw error;
    // Twice: in a list of several the comma before one is the comma after another.
    return JSON.parse(plain.replace(/([:[,]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])/g, "$1null"));
  }
}

async function* linesOf(path: string, signal: AbortSignal): AsyncGenerator<string> {
  const file = createReadStream(path, { highWaterMark: 1 << 18 });
  const source: Readable = path.endsWith(".gz") ? file.pipe(createGunzip()) : file;
  // A pipe doesn't pass errors on.
  file.on("error", (error) => source.destroy(error));
  source.setEncoding("utf8");
  let unfinished: string[] = [];
  try {
    for await (const chunk of source as AsyncIterable<string>) {
      throwIfAborted(signal);
      let start = 0;
      for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", start)) {
        unfinished.push(chunk.slice(start, end));
        yield unfinished.join("");
        unfinished = [];
        start = end + 1;
      }
      if (start < chunk.length) unfinished.push(chunk.slice(start));
    }
  } catch (cause) {
    throwIfAborted(signal);
    throw new UsageError(`${path} can't be read: ${messageOf(cause)}`, { cause });
  } finally {
    file.destroy();
  }
  if (unfinished.length > 0) yield unfinished.join("");
}

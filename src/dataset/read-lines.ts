import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { throwIfAborted } from "../domain/errors.ts";

/** The lines of a UTF-8 file, one at a time, a leading byte-order mark removed; `line` counts from 1. */
export async function* readLines(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly line: number; readonly text: string }> {
  const input = createReadStream(path, { encoding: "utf8", highWaterMark: 1 << 16 });
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let line = 0;
  try {
    for await (const text of lines) {
      throwIfAborted(signal);
      line += 1;
      yield { line, text: line === 1 ? text.replace(/^\uFEFF/, "") : text };
    }
  } finally {
    lines.close();
    input.destroy();
  }
}

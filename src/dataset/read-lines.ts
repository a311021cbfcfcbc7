import { throwIfAborted } from "../domain/errors.ts";
import { readText } from "./read-text.ts";

/**
 * The lines of a text file, one at a time, ended by \n or \r\n and nothing else (JSON texts may hold U+2028), a leading byte-order mark
 * removed; `line` counts from 1.
 */
export async function* readLines(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly line: number; readonly text: string }> {
  let line = 0;
  let unfinished: string[] = [];
  const take = (text: string): { readonly line: number; readonly text: string } => {
    const whole = unfinished.join("") + text;
    unfinished = [];
    line += 1;
    return { line, text: (line === 1 ? whole.replace(/^\uFEFF/, "") : whole).replace(/\r$/, "") };
  };
  for await (const chunk of readText(path)) {
    throwIfAborted(signal);
    let start = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", start)) {
      yield take(chunk.slice(start, end));
      start = end + 1;
    }
    if (start < chunk.length) unfinished.push(chunk.slice(start));
  }
  if (unfinished.length > 0) yield take("");
}

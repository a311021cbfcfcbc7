import { readLines } from "./read-lines.ts";
import type { SourceRow } from "./source-row.ts";

/** Rows of a JSON Lines file, streamed; blank lines are passed over. */
export async function* readJsonl(path: string, signal: AbortSignal): AsyncGenerator<SourceRow> {
  for await (const { line, text } of readLines(path, signal)) {
    if (text.trim() === "") continue;
    const place = { file: path, line };
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch {
      const holdsNaN = /[:,[]\s*(?:NaN|-?Infinity)\b/.test(text);
      const problem = holdsNaN ? "NaN and Infinity are no JSON; write null" : "each line must be one JSON object";
      yield { place, problem: `not valid JSON; ${problem}` };
      continue;
    }
    yield { place, row };
  }
}

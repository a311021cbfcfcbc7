import { UsageError } from "../domain/errors.ts";
import type { RowPlace } from "./map-row.ts";
import { readLines } from "./read-lines.ts";

/** Parsed rows of a JSON Lines file, streamed; blank lines are passed over. Throws `UsageError` with file and line on bad JSON. */
export async function* readJsonl(
  path: string,
  signal: AbortSignal,
): AsyncGenerator<{ readonly row: unknown; readonly place: RowPlace }> {
  for await (const { line, text } of readLines(path, signal)) {
    if (text.trim() === "") continue;
    let row: unknown;
    try {
      row = JSON.parse(text);
    } catch (cause) {
      throw new UsageError(`${path}:${line}: not valid JSON`, { cause, hint: "each line must be one JSON object" });
    }
    yield { row, place: { file: path, line } };
  }
}

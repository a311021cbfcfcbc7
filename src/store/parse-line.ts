import { RunError } from "../domain/errors.ts";
import type { Run, StoredLine, StreamName } from "./run-store.ts";

/** The content of a stored line. Throws `RunError` for one that is damaged, as by a failing disk; a half-written last line is never given. */
export function parseLine(line: StoredLine, run: Run, stream: StreamName): unknown {
  try {
    return JSON.parse(line.text);
  } catch (cause) {
    throw new RunError(`${run.location}: a line of ${stream} before position ${line.next} is damaged`, {
      cause,
      hint:
        stream === "scores"
          ? `\`quantgate report ${run.id}\` makes the scores anew from the records`
          : "restore the file, or start a new run",
    });
  }
}

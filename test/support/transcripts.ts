import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Answers of real servers, as their documentation and source show them; where from stands in each file's `sources`. */
export function transcripts(server: string): Readonly<Record<string, unknown>> {
  const path = join(import.meta.dirname, "..", "backend", "transcripts", `${server}.json`);
  return JSON.parse(readFileSync(path, "utf8")) as Readonly<Record<string, unknown>>;
}

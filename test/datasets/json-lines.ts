/** A parsed line of a JSON Lines file, before anything is known about its fields. */
export type Row = Record<string, unknown>;

/** Parses JSON Lines. Throws when a line is not a JSON object or the last line is not ended. */
export function parseJsonLines(text: string): Row[] {
  if (!text.endsWith("\n")) throw new Error("the last line is not ended by a line feed");
  return text
    .slice(0, -1)
    .split("\n")
    .map((line, index) => {
      const value: unknown = JSON.parse(line);
      if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw new Error(`line ${index + 1} is not a JSON object`);
      }
      return value as Row;
    });
}

/** The value at a dotted path, or undefined where the path leaves the row. */
function valueAt(row: Row, path: string): unknown {
  let value: unknown = row;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Row)[key];
  }
  return value;
}

/** The string at a dotted path. Throws when there is none. */
export function stringAt(row: Row, path: string): string {
  const value = valueAt(row, path);
  if (typeof value !== "string") throw new Error(`no string at ${path} in ${JSON.stringify(row).slice(0, 120)}`);
  return value;
}

/** The strings at a dotted path: a list of them, one alone, or none where the path is absent. */
export function stringsAt(row: Row, path: string): string[] {
  const value = valueAt(row, path);
  if (value === undefined) return [];
  if (typeof value === "string") return [value];
  if (Array.isArray(value) && value.every((entry) => typeof entry === "string")) return value;
  throw new Error(`no strings at ${path} in ${JSON.stringify(row).slice(0, 120)}`);
}

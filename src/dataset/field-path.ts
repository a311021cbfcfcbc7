/** The value at a dotted path of a parsed row; `undefined` where the path leads nowhere. */
export function valueAt(row: unknown, path: string): unknown {
  let value = row;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

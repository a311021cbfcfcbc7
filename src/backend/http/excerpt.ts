const LONGEST = 240;

/** The words of an error body in one short line: its `error` or `message` field when it is JSON, else its first characters. */
export function errorWords(body: string): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return excerpt(body);
  }
  return excerpt(findWords(value) ?? body);
}

/** The start of a text, control characters and line breaks made spaces. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, LONGEST * 4)
    .replace(/[\s\x00-\x1f\x7f]+/g, " ")
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

function findWords(value: unknown, depth = 0): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null || depth > 3) return undefined;
  for (const key of ["error", "message", "detail"]) {
    if (!Object.hasOwn(value, key)) continue;
    const words = findWords((value as Record<string, unknown>)[key], depth + 1);
    if (words !== undefined) return words;
  }
  return undefined;
}

const LONGEST = 240;

/** Takes secrets out of a text. */
type Redact = (text: string) => string;

/** The words of an error body in one short line, without secrets: its `error` or `message` field when it is JSON, else its first characters. */
export function errorWords(body: string, redact: Redact): string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return quoted(body, redact);
  }
  const words = findWords(value);
  return words === undefined ? quoted(body, redact) : excerpt(redact(words));
}

/**
 * The start of a server's text in one short line, without secrets. Redacted before it is cut, since a cut in the middle of a secret would hide it
 * from the search and show half of it; and read as JSON writes texts, since `sk\/1` is `sk/1` to whoever reads it.
 */
export function quoted(text: string, redact: Redact): string {
  return excerpt(redact(unescaped(redact(text))));
}

/** The start of a text, control characters and line breaks made spaces. */
export function excerpt(text: string): string {
  const line = text
    .slice(0, LONGEST * 4)
    .replace(/[\s\x00-\x1f\x7f]+/g, " ")
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

function unescaped(text: string): string {
  return text.replace(
    /\\(?:u([0-9a-f]{4})|(["\\/]))/gi,
    (_, code: string | undefined, character: string | undefined) =>
      code === undefined ? (character ?? "") : String.fromCharCode(Number.parseInt(code, 16)),
  );
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

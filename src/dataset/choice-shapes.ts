/** Choices as they were found in a row, before they are checked: one label or none for each text. */
export interface FoundChoices {
  readonly texts: readonly unknown[];
  readonly labels?: readonly unknown[];
}

const TEXT_KEYS = ["text", "content", "value", "choice", "option"] as const;
const LABEL_KEYS = ["label", "key", "id", "letter"] as const;

/**
 * Choices in the shapes that public data sets have: a list of texts; a list of objects with text and label; an object of lists
 * (`{text: […], label: […]}`); an object by label (`{A: …, B: …}`); or any of these as JSON text. Absent where it is none of them.
 */
export function findChoices(value: unknown): FoundChoices | undefined {
  const found = unpackJson(value);
  if (Array.isArray(found)) return fromList(found);
  if (!isObject(found)) return undefined;
  const texts = firstHeld(found, TEXT_KEYS);
  if (Array.isArray(texts)) {
    const labels = firstHeld(found, LABEL_KEYS);
    return Array.isArray(labels) ? { texts, labels } : { texts };
  }
  const entries = Object.entries(found);
  const last = entries.findLastIndex(([, text]) => text !== null && text !== undefined && text !== "");
  const filled = entries.slice(0, last + 1);
  return { texts: filled.map(([, text]) => text), labels: filled.map(([label]) => label) };
}

/** A position among the choices that is marked by a one or a `true` in a list of zeros; else the value as it is. */
export function unpackAnswer(value: unknown, choices: number): unknown {
  const found = unpackJson(value);
  if (!Array.isArray(found)) return value;
  const isOneHot = found.length === choices && found.every((entry) => /^(?:0|1|true|false)$/.test(String(entry)));
  const marked = found.flatMap((entry, index) => (/^(?:1|true)$/.test(String(entry)) ? [index] : []));
  return isOneHot && marked.length === 1 ? { position: marked[0] } : value;
}

/** JSON text of a list or an object; everything else as it is. */
export function unpackJson(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

function fromList(list: readonly unknown[]): FoundChoices {
  const objects = list.filter(isObject);
  if (objects.length === 0 || objects.length !== list.length) return { texts: list };
  const texts = objects.map((entry) => firstHeld(entry, TEXT_KEYS));
  const labels = objects.map((entry) => firstHeld(entry, LABEL_KEYS));
  return labels.every((label) => label === undefined) ? { texts } : { texts, labels };
}

function firstHeld(object: Readonly<Record<string, unknown>>, keys: readonly string[]): unknown {
  const key = keys.find((name) => Object.hasOwn(object, name));
  return key === undefined ? undefined : object[key];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

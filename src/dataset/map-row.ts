import { UsageError } from "../domain/errors.ts";
import type { Choice, Item } from "../domain/item.ts";
import { findChoices, unpackAnswer, unpackJson } from "./choice-shapes.ts";
import { valueAt } from "./field-path.ts";
import type { ANSWER_FORMS, Manifest } from "./manifest.ts";

/** Where a row stands, for error messages: `items.jsonl:12`. */
export interface RowPlace {
  readonly file: string;
  readonly line: number;
}

/**
 * Turns one parsed row into an item by the manifest's field mapping.
 * Throws `UsageError` naming file, line and field when the row doesn't fit.
 */
export function mapRow(
  row: unknown,
  manifest: Pick<Manifest, "type" | "fields">,
  index: number,
  place: RowPlace,
): Item {
  const bad = (field: string, problem: string): UsageError =>
    new UsageError(`${place.file}:${place.line}: field "${field}" ${problem}`, {
      hint: `fix the row, or the mapping in "fields" of the dataset's manifest`,
    });
  const { fields } = manifest;

  const optionalText = (path: string | undefined): string | undefined => {
    if (path === undefined) return undefined;
    const value = valueAt(row, path);
    if (isMissing(value)) return undefined;
    if (isScalar(value)) return String(value);
    throw bad(path, "is not text");
  };
  const text = (name: "question" | "prompt"): string => {
    const path = fields[name] ?? name;
    const value = optionalText(path);
    if (value === undefined) throw bad(path, "is missing or empty");
    return value;
  };

  const id = optionalText(fields.id ?? "id") ?? String(index);
  const subject = optionalText(fields.subject);
  const group = optionalText(fields.group);
  const scalars = scalarFields(row);
  // Spread last: a literal that goes on after a spread is a hundred times slower in V8.
  const grouping = {
    ...(subject === undefined ? undefined : { subject }),
    ...(group === undefined ? undefined : { group }),
  };

  if (manifest.type === "generation") {
    const paths = fields.references ?? "reference";
    const references = referencesAt(row, paths, bad);
    return { type: "generation", id, index, fields: scalars, instruction: text("prompt"), references, ...grouping };
  }
  const question = text("question");
  const choices = choicesAt(row, fields.choices ?? "choices", fields.labels, bad);
  const answerPath = fields.answer ?? "answer";
  const given = valueAt(row, answerPath);
  const answer = answerIndex(unpackAnswer(given, choices.length), fields.answerIs ?? "label", choices);
  if (answer === undefined) {
    const found = isScalar(given) ? `is ${JSON.stringify(given)}, which ` : "";
    throw bad(
      answerPath,
      isMissing(given) ? "is missing or empty" : `${found}${namesNone(fields.answerIs ?? "label", choices)}`,
    );
  }
  return { type: "multiple-choice", id, index, fields: scalars, question, choices, answer, ...grouping };
}

type Complaint = (field: string, problem: string) => UsageError;

/** A text without a character is no reference: scores against it would be zeros that say nothing. */
function referencesAt(row: unknown, paths: string | readonly string[], bad: Complaint): readonly string[] {
  return [paths].flat().flatMap((path) => {
    const value = valueAt(row, path);
    const list = Array.isArray(value) ? value : [value];
    return list.flatMap((entry) => referencesIn(entry, () => bad(path, "is not text or a list of texts")));
  });
}

/** A text or a number, or what an object holds as `text` or `value`: `{"text": ["Ada"], "answer_start": [1]}`. */
function referencesIn(entry: unknown, complain: () => UsageError): readonly string[] {
  if (isMissing(entry)) return [];
  if (isScalar(entry)) return [String(entry)];
  const held = valueAt(entry, "text") ?? valueAt(entry, "value");
  const list = Array.isArray(held) ? held : [held];
  if (held === undefined || !list.every((text) => isScalar(text) || isMissing(text))) throw complain();
  return list.filter((text) => !isMissing(text)).map(String);
}

function choicesAt(
  row: unknown,
  paths: string | readonly string[],
  labelsPath: string | undefined,
  bad: Complaint,
): readonly Choice[] {
  const path = typeof paths === "string" ? paths : paths.join(", ");
  const value = typeof paths === "string" ? valueAt(row, paths) : filledFields(row, paths, bad);
  const { texts, labels: ownLabels } = findChoices(value) ?? { texts: [] };
  if (texts.length < 2) throw bad(path, "is not a list of at least two choices");
  const labels: unknown = labelsPath === undefined ? ownLabels : unpackJson(valueAt(row, labelsPath));
  if (labels !== undefined && (!Array.isArray(labels) || labels.length !== texts.length)) {
    throw bad(labelsPath ?? path, `does not hold one label for each of the ${texts.length} choices`);
  }
  if (labels === undefined && texts.length > LETTERS.length)
    throw bad(
      path,
      `has ${texts.length} choices, which the letters A to Z can't label; give the labels in a field of their own`,
    );
  const choices = texts.map((choice: unknown, position) => {
    if (!isScalar(choice)) throw bad(path, `has a choice that is not text (number ${position + 1})`);
    const label: unknown = labels === undefined ? LETTERS[position] : labels[position];
    if (!isScalar(label) || String(label).trim() === "")
      throw bad(labelsPath ?? path, `has a label that is not text (number ${position + 1})`);
    return { label: String(label).trim(), text: String(choice) };
  });
  if (new Set(choices.map((choice) => choice.label)).size !== choices.length)
    throw bad(labelsPath ?? path, "has a label twice");
  return choices;
}

/** The values of one field for each choice; a row with fewer choices leaves the last ones empty. */
function filledFields(row: unknown, paths: readonly string[], bad: Complaint): readonly unknown[] {
  const values = paths.map((path) => valueAt(row, path) ?? "");
  const count = values.findLastIndex((value) => value !== "") + 1;
  const empty = values.slice(0, count).indexOf("");
  if (empty >= 0) throw bad(paths[empty] ?? "", "is missing or empty, though a later choice is there");
  return values.slice(0, count);
}

function namesNone(form: (typeof ANSWER_FORMS)[number], choices: readonly Choice[]): string {
  const wanted = {
    label: choices.map((choice) => choice.label).join(", "),
    position: `0 to ${choices.length - 1}`,
    number: `1 to ${choices.length}`,
    text: "by their texts",
  };
  return `names none of the choices (${wanted[form]})`;
}

function answerIndex(
  value: unknown,
  form: (typeof ANSWER_FORMS)[number],
  choices: readonly Choice[],
): number | undefined {
  if (typeof value === "object" && value !== null && "position" in value) {
    return typeof value.position === "number" ? value.position : undefined;
  }
  if (!isScalar(value)) return undefined;
  if (typeof value === "boolean") return booleanIndex(value, choices);
  switch (form) {
    case "label":
      return labelIndex(value, choices);
    case "text":
      return found(choices.findIndex((choice) => choice.text.trim() === String(value).trim()));
    case "position":
    case "number": {
      if (!/^\s*\d+\s*$/.test(String(value))) return undefined;
      const index = Number(value) - (form === "number" ? 1 : 0);
      return index >= 0 && index < choices.length ? index : undefined;
    }
  }
}

/** The choice that says so, in two words as people write them; else false is the first of two and true the second. */
function booleanIndex(value: boolean, choices: readonly Choice[]): number | undefined {
  const words = value ? /^(?:true|yes|1)$/i : /^(?:false|no|0)$/i;
  const said = choices.findIndex((choice) => words.test(choice.text.trim()));
  if (said >= 0) return said;
  return choices.length === 2 && choices.every((choice) => !/^(?:true|false|yes|no)$/i.test(choice.text.trim()))
    ? Number(value)
    : undefined;
}

/** A label ("B", "3"), or a 0-based position when it is a number and the labels are none. */
function labelIndex(value: string | number, choices: readonly Choice[]): number | undefined {
  const byLabel = found(choices.findIndex((choice) => choice.label === String(value).trim()));
  if (byLabel !== undefined) return byLabel;
  // With labels 1–4 a 0 would be a position and a 1 a label: such a row can't be trusted.
  if (typeof value === "string" || choices.some((choice) => /^\d+$/.test(choice.label))) return undefined;
  return Number.isInteger(value) && value >= 0 && value < choices.length ? value : undefined;
}

function found(index: number): number | undefined {
  return index < 0 ? undefined : index;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Nothing, white space, or a number that is none. */
function isMissing(value: unknown): boolean {
  if (typeof value === "string") return !/[^\s\p{Cf}]/u.test(value);
  return value === undefined || value === null || Number.isNaN(value);
}

function scalarFields(row: unknown): Readonly<Record<string, string>> {
  const scalars: Record<string, string> = Object.create(null) as Record<string, string>;
  if (typeof row !== "object" || row === null) return scalars;
  for (const [key, value] of Object.entries(row)) {
    if (isScalar(value)) scalars[key] = String(value);
  }
  return scalars;
}

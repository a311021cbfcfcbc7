import { UsageError } from "../domain/errors.ts";
import type { Choice, Item } from "../domain/item.ts";
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
    if (value === undefined || value === null || value === "") return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
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
  const answer = answerIndex(given, fields.answerIs ?? "label", choices);
  if (answer === undefined) {
    const isMissing = given === undefined || given === null || given === "";
    const found = isScalar(given) ? `is ${JSON.stringify(given)}, which ` : "";
    throw bad(
      answerPath,
      isMissing ? "is missing or empty" : `${found}${namesNone(fields.answerIs ?? "label", choices)}`,
    );
  }
  return { type: "multiple-choice", id, index, fields: scalars, question, choices, answer, ...grouping };
}

type Complaint = (field: string, problem: string) => UsageError;

/** An empty text is no reference: scores against it would be zeros that say nothing. */
function referencesAt(row: unknown, paths: string | readonly string[], bad: Complaint): readonly string[] {
  return [paths].flat().flatMap((path) => {
    const value = valueAt(row, path);
    if (value === undefined || value === null) return [];
    const list = Array.isArray(value) ? value : [value];
    if (!list.every((entry): entry is string => typeof entry === "string"))
      throw bad(path, "is not text or a list of texts");
    return list.filter((entry) => entry !== "");
  });
}

function choicesAt(
  row: unknown,
  paths: string | readonly string[],
  labelsPath: string | undefined,
  bad: Complaint,
): readonly Choice[] {
  const path = typeof paths === "string" ? paths : paths.join(", ");
  const texts = typeof paths === "string" ? valueAt(row, paths) : filledFields(row, paths, bad);
  if (!Array.isArray(texts) || texts.length < 2) throw bad(path, "is not a list of at least two choices");
  const labels: unknown = labelsPath === undefined ? undefined : valueAt(row, labelsPath);
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
  if (!isScalar(value)) return undefined;
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

function isScalar(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

function scalarFields(row: unknown): Readonly<Record<string, string>> {
  const scalars: Record<string, string> = Object.create(null) as Record<string, string>;
  if (typeof row !== "object" || row === null) return scalars;
  for (const [key, value] of Object.entries(row)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      scalars[key] = String(value);
  }
  return scalars;
}

import type { Item } from "../domain/item.ts";
import { placeholdersOf } from "../domain/placeholder.ts";
import type { Manifest } from "./manifest.ts";

/** Where the parts of an item stand in a row as it is written here. */
export function canonicalFields(manifest: Pick<Manifest, "type" | "fields">, hasSubject: boolean): Manifest["fields"] {
  const { fields, type } = manifest;
  const common = {
    id: "id",
    ...(hasSubject ? { subject: "subject" } : {}),
    ...(fields.group === undefined ? {} : { group: "group" }),
  };
  return type === "generation"
    ? { ...common, prompt: "prompt", references: "reference" }
    : { ...common, question: "question", choices: "choices", labels: "labels", answer: "answer" };
}

/** Fields of a row that prompt templates ask for by name, besides those that every item has. */
export function templateFields(prompts: readonly string[]): readonly string[] {
  const known = ["shots", "subject", "question", "choices", "labels", "prompt"];
  return [...new Set(prompts.flatMap((prompt) => [...placeholdersOf(prompt)]))].filter((name) => !known.includes(name));
}

/** An item as a row: what it needs, the fields that templates ask for, and nothing else. */
export function canonicalRow(item: Item, id: string, kept: readonly string[]): object {
  const common = {
    id,
    ...(item.subject === undefined ? {} : { subject: item.subject }),
    ...(item.group === undefined ? {} : { group: item.group }),
  };
  const extra = Object.fromEntries(
    kept.flatMap((name) => (Object.hasOwn(item.fields, name) ? [[name, item.fields[name]]] : [])),
  );
  if (item.type === "generation") {
    const [only, ...others] = item.references;
    return {
      ...extra,
      ...common,
      prompt: item.instruction,
      ...(only === undefined ? {} : { reference: others.length === 0 ? only : item.references }),
    };
  }
  const labels = item.choices.map((choice) => choice.label);
  const areLetters = labels.every((label, index) => label === String.fromCharCode(65 + index));
  return {
    ...extra,
    ...common,
    question: item.question,
    choices: item.choices.map((choice) => choice.text),
    ...(areLetters ? {} : { labels }),
    answer: labels[item.answer],
  };
}

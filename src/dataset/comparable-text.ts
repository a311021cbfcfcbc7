import type { Item } from "../domain/item.ts";
import { placeholdersOf } from "../domain/placeholder.ts";
import { promptValue } from "../domain/prompt-value.ts";

/** A text as it counts for comparison: case, width, accents' spelling, punctuation and spaces don't tell two texts apart. */
export function normalText(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}+\-*/=<>^%]+/gu, " ")
    .trim();
}

/** What an item asks, without the words that all items share: two items that ask the same have the same text. */
export function questionText(item: Item, template: string): string {
  const names = [...placeholdersOf(template)].filter((name) => !SHARED.includes(name));
  const values = names.map((name) => promptValue(item, name) ?? "");
  const choices = item.type === "multiple-choice" ? item.choices.map((choice) => choice.text).sort() : [];
  return normalText([...values, ...choices].join("\n"));
}

/** Placeholders that don't say what is asked; choices are compared in an order of their own. */
const SHARED: readonly string[] = ["shots", "subject", "labels", "choices"];

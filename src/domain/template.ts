import { UsageError } from "./errors.ts";
import type { Item } from "./item.ts";
import { PLACEHOLDER } from "./placeholder.ts";
import { promptValue } from "./prompt-value.ts";

/** A stretch of a prompt: the template's own text, or what was filled in from the item. */
export interface PromptPiece {
  readonly text: string;
  readonly from: "template" | "item";
}

/**
 * Fills a prompt template with an item's values (see `promptValue`); braces that hold no name stay as they are. Throws `UsageError` for a
 * name the item doesn't have.
 */
export function renderPieces(template: string, item: Item): readonly PromptPiece[] {
  const pieces: PromptPiece[] = [];
  let start = 0;
  for (const match of template.matchAll(PLACEHOLDER)) {
    const [placeholder, name = ""] = match;
    const value = promptValue(item, name);
    if (value === undefined) {
      throw new UsageError(`item ${item.id}: the prompt template asks for {${name}}, which the item doesn't have`, {
        hint: `it has: ${Object.keys(item.fields).join(", ")}`,
      });
    }
    pieces.push({ text: template.slice(start, match.index), from: "template" }, { text: value, from: "item" });
    start = match.index + placeholder.length;
  }
  pieces.push({ text: template.slice(start), from: "template" });
  return pieces.filter(({ text }) => text !== "");
}

/** The pieces as one text. */
export function textOf(pieces: readonly PromptPiece[]): string {
  return pieces.map(({ text }) => text).join("");
}

/** A filled template as text; throws as `renderPieces` does. */
export function renderTemplate(template: string, item: Item): string {
  return textOf(renderPieces(template, item));
}

/** Throws `UsageError` for a template that is the same for every item. */
export function assertHasPlaceholder(template: string): void {
  if (template.match(PLACEHOLDER) === null) {
    throw new UsageError("the prompt template has no {placeholder}, so every item would be asked the same");
  }
}

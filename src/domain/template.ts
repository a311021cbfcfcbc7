import { UsageError } from "./errors.ts";
import type { Item } from "./item.ts";
import { PLACEHOLDER } from "./placeholder.ts";
import { promptValue } from "./prompt-value.ts";

/**
 * Fills a prompt template with an item's values (see `promptValue`); braces that hold no name stay as they are. Throws `UsageError` for a
 * name the item doesn't have.
 */
export function renderTemplate(template: string, item: Item): string {
  return template.replace(PLACEHOLDER, (_, name: string) => {
    const value = promptValue(item, name);
    if (value === undefined) {
      throw new UsageError(`item ${item.id}: the prompt template asks for {${name}}, which the item doesn't have`, {
        hint: `it has: ${Object.keys(item.fields).join(", ")}`,
      });
    }
    return value;
  });
}

/** Throws `UsageError` for a template that is the same for every item. */
export function assertHasPlaceholder(template: string): void {
  if (template.match(PLACEHOLDER) === null) {
    throw new UsageError("the prompt template has no {placeholder}, so every item would be asked the same");
  }
}

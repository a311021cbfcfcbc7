import { UsageError } from "../domain/errors.ts";
import type { Item } from "../domain/item.ts";
import { PLACEHOLDER } from "../domain/placeholder.ts";

/**
 * Fills a prompt template. `{question}`, `{choices}` (one "A. text" a line), `{labels}` ("A, B, C or D"), `{prompt}`, `{subject}` (underscores
 * as spaces) and any scalar field of the row are known; other braces stay as they are. Throws `UsageError` for a name the item doesn't have.
 */
export function renderTemplate(template: string, item: Item): string {
  return template.replace(PLACEHOLDER, (_, name: string) => {
    const value = lookUp(item, name);
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

function lookUp(item: Item, name: string): string | undefined {
  if (name === "subject") return item.subject?.replaceAll("_", " ");
  if (item.type === "generation") return name === "prompt" ? item.instruction : own(item.fields, name);
  switch (name) {
    case "question":
      return item.question;
    case "choices":
      return item.choices.map((choice) => `${choice.label}. ${choice.text}`).join("\n");
    case "labels":
      return listOf(item.choices.map((choice) => choice.label));
    default:
      return own(item.fields, name);
  }
}

function own(fields: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function listOf(labels: readonly string[]): string {
  return labels.length < 2 ? labels.join("") : `${labels.slice(0, -1).join(", ")} or ${labels[labels.length - 1]}`;
}

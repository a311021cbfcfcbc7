import type { Item } from "./item.ts";

/**
 * What `{name}` of a prompt template stands for: `{question}`, `{choices}` (one "A. text" a line), `{labels}` ("A, B, C or D"),
 * `{prompt}`, `{subject}` (underscores as spaces), or any scalar field of the row. `undefined` for what the item doesn't have.
 */
export function promptValue(item: Item, name: string): string | undefined {
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

import { escapeMarkup } from "./escape.ts";

/** Source text of HTML, SVG or XML. Only the `markup` tag makes it, so plain text can't pass for it. */
export class Markup {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

export type MarkupPart = string | Markup | readonly Markup[];

/** Template tag for HTML, SVG and XML: what stands in the template is markup, every interpolated string is escaped. */
export function markup(literals: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
  return new Markup(
    literals
      .map((literal, index) => (index === 0 ? literal : `${sourceOf(parts[index - 1] ?? "")}${literal}`))
      .join(""),
  );
}

/** No markup: for optional parts. */
export const NOTHING = markup``;

function sourceOf(part: MarkupPart): string {
  if (typeof part === "string") return escapeMarkup(part);
  return part instanceof Markup ? part.source : part.map((each) => each.source).join("");
}

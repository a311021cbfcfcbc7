/** `{name}` in a prompt template. */
export const PLACEHOLDER = /\{([A-Za-z_][A-Za-z0-9_.-]*)\}/g;

/** Where the worked examples of a few-shot prompt go. */
export const SHOTS_PLACEHOLDER = "{shots}";

/** The names that a prompt template asks for. */
export function placeholdersOf(template: string): ReadonlySet<string> {
  return new Set([...template.matchAll(PLACEHOLDER)].flatMap(([, name]) => (name === undefined ? [] : [name])));
}

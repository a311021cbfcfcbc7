import type { PostFilter } from "../dataset/manifest.ts";

/** Applies a task's filters to a generated text, in order. */
export function postFilter(text: string, filters: readonly PostFilter[]): string {
  return filters.reduce((current, filter) => applyFilter(current, filter), text);
}

function applyFilter(text: string, filter: PostFilter): string {
  if (filter === "trim") return text.trim();
  if (filter === "first-line") return text.trimStart().split(/\r?\n/, 1)[0] ?? "";
  const at = text.indexOf(filter.cutAt);
  return at < 0 ? text : text.slice(0, at);
}

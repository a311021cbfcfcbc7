/** Text before the first stop string; some servers leave the stop string in. */
export function cutAtStop(text: string, stop: readonly string[]): string {
  const found = stop.map((word) => text.indexOf(word)).filter((at) => at >= 0);
  return found.length === 0 ? text : text.slice(0, Math.min(...found));
}

const OPENING = "<think>";
const CLOSING = "</think>";

/**
 * Takes a reasoning model's thinking out of its answer. An opening tag without a closing one means that nothing but thinking was written.
 * `openedByTemplate`: a chat template may have written the opening tag, so a closing tag alone ends the thinking.
 */
export function separateReasoning(
  text: string,
  openedByTemplate: boolean,
): { readonly text: string; readonly reasoning?: string } {
  const start = text.trimStart();
  const opened = start.startsWith(OPENING);
  const end = text.indexOf(CLOSING);
  if (end < 0) return opened ? { text: "", reasoning: start.slice(OPENING.length).trim() } : { text };
  if (!opened && !openedByTemplate) return { text };
  const thinking = text.slice(0, end).trimStart();
  return {
    text: text.slice(end + CLOSING.length).trimStart(),
    reasoning: (opened ? thinking.slice(OPENING.length) : thinking).trim(),
  };
}

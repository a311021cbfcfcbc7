import type { FinishReason } from "../domain/answer.ts";

/**
 * Text before the first stop string. Some servers leave the stop string in, and one that ignores it writes on to the token limit: then it
 * is the stop string that ended the answer all the same.
 */
export function endAtStop(
  text: string,
  finish: FinishReason,
  stop: readonly string[],
): { readonly text: string; readonly finish: FinishReason } {
  const found = stop.map((word) => text.indexOf(word)).filter((at) => at >= 0);
  return found.length === 0 ? { text, finish } : { text: text.slice(0, Math.min(...found)), finish: "stop" };
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

import type { Token } from "./token.ts";

/** The meaning of the word at the position; empty where none stands. */
export function wordAt(tokens: readonly Token[], at: number): string {
  const token = tokens[at];
  return token?.kind === "word" ? token.meaning : "";
}

/** A word of another language that the table knows. */
export function isForeign(token: Token | undefined): boolean {
  return token !== undefined && token.meaning !== token.text;
}

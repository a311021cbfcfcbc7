import { giveMeanings } from "./meanings.ts";
import type { Token } from "./token.ts";

/** Letters, digits and what joins them within a word or a number: "Ampère", "isn't", "1,000.5", "snake_case". */
const WORD = String.raw`[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*(?:(?:['’](?=\p{L})|(?<=\p{N})[.,](?=\p{N}))[\p{L}\p{M}\p{N}_]+)*`;

/** Every alternative is bounded or unambiguous from its first character, so scanning is linear. */
const TOKEN = new RegExp(String.raw`${WORD}|\n|\\(?:[A-Za-z]+|[^\sA-Za-z])|</?[A-Za-z][^<>\n]{0,40}>|\S`, "gu");

const UNSEEN = /^(?:\p{Extended_Pictographic}|\p{Cf}|\p{Cc}|\ufe0f|∴|✓)$/u;
const UNSEEN_MARKS = new Set(["*", "_", "`", '"', "“", "”", "„", "«", "»", "'", "‘", "’", "$", "{", "}", "~"]);

export function tokenizeAnswer(text: string): Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(TOKEN)) {
    const token = toToken(match[0], match.index);
    if (token === undefined) continue;
    if (token.kind === "newline" && (tokens.length === 0 || tokens.at(-1)?.kind === "newline")) continue;
    tokens.push(token);
  }
  return giveMeanings(tokens);
}

function toToken(raw: string, start: number): Token | undefined {
  const end = start + raw.length;
  // What follows </answer> is no part of it.
  if (raw === "\n" || /^<\/answer/i.test(raw)) return { kind: "newline", text: "\n", meaning: "\n", raw, start, end };
  if (raw.startsWith("\\")) {
    return raw === "\\boxed" || raw === "\\fbox"
      ? { kind: "boxed", text: raw, meaning: raw, raw, start, end }
      : undefined;
  }
  if (raw.length > 1 && raw.startsWith("<")) {
    return /^<answer/i.test(raw)
      ? { kind: "answer-tag", text: "<answer>", meaning: "<answer>", raw, start, end }
      : undefined;
  }
  if (UNSEEN_MARKS.has(raw) || UNSEEN.test(raw)) return undefined;
  if (!/^[\p{L}\p{N}_]/u.test(raw.normalize("NFKC"))) {
    const text = foldMark(raw);
    return { kind: "mark", text, meaning: text, raw, start, end };
  }
  // Underscores around a word are emphasis.
  const word = raw
    .normalize("NFKC")
    .replace(/^_{1,3}(?=[^_])/, "")
    .replace(/(?<=[^_])_{1,3}$/, "");
  const text = word.toLowerCase().replaceAll("’", "'");
  return { kind: "word", text, meaning: text, raw: word, start, end };
}

function foldMark(mark: string): string {
  if (mark === "。") return ".";
  if (mark === "、") return ",";
  if (/^[【「『〔]$/.test(mark)) return "[";
  if (/^[】」』〕]$/.test(mark)) return "]";
  const folded = mark.normalize("NFKC");
  return folded.length === 1 ? folded : mark;
}

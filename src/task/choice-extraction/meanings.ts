import type { Token } from "./token.ts";
import { ENDINGS, LONGEST_WORD, meaningOf, PHRASES, WORDS } from "./word-table.ts";

/** A piece of a run of characters that knows no spaces. */
interface Piece {
  readonly text: string;
  readonly at: number;
  /** Absent where no word of the table stands. */
  readonly meaning?: string;
}

const UNSPACED = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}ー々]`;
const RUN = new RegExp(String.raw`${UNSPACED}(?:${UNSPACED}|\p{M})*|(?:(?!${UNSPACED})[\s\S])+`, "gu");
const ASCII = /^[\x21-\x7e]+$/;
const IS_UNSPACED = new RegExp(`^${UNSPACED}`, "u");

/** Cuts words of scripts without spaces at the words of the table, and gives every word its English meaning. */
export function giveMeanings(tokens: readonly Token[]): Token[] {
  const given: Token[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== "word") given.push(token);
    else if (ASCII.test(token.raw)) given.push(withMeaning(token));
    else given.push(...cutWord(token, tokens[index - 1]));
  }
  return given.some(({ text }) => PHRASES.has(text)) ? joinPhrases(given) : given;
}

function withMeaning(token: Token): Token {
  const meaning = meaningOf(token.text);
  return meaning === token.meaning ? token : { ...token, meaning };
}

function cutWord(token: Token, before: Token | undefined): Token[] {
  const runs = [...token.raw.matchAll(RUN)];
  if (runs.length === 1 && !IS_UNSPACED.test(token.raw)) return [withMeaning(token)];
  return runs.flatMap((run, index) => {
    const start = token.start + run.index;
    if (!IS_UNSPACED.test(run[0])) return wordOf(run[0], start, meaningOf(run[0].toLowerCase()));
    const isJoined = index > 0 || (before !== undefined && before.end === start && before.kind !== "newline");
    return segment(run[0], isJoined).flatMap(({ text, at, meaning }) => wordOf(text, start + at, meaning ?? text));
  });
}

function wordOf(raw: string, start: number, meaning: string): Token[] {
  const place = { raw, start, end: start + raw.length };
  if (meaning === "") return [];
  if (meaning === ".") return [{ kind: "mark", text: ".", meaning, ...place }];
  // "isn't but": one word that stands for two.
  return meaning
    .split(" ")
    .map((word, index) => ({ kind: "word", text: index === 0 ? raw.toLowerCase() : word, meaning: word, ...place }));
}

/** The longest words first. `isJoined`: the run is written onto what stands before it. */
function segment(run: string, isJoined: boolean): Piece[] {
  const pieces: Piece[] = [];
  let unknownFrom: number | undefined;
  let isBehindWord = isJoined;
  for (let at = 0; at < run.length; ) {
    const found = longestWord(run, at, isBehindWord);
    if (found === undefined) {
      unknownFrom ??= at;
      isBehindWord = false;
      at += 1;
      continue;
    }
    if (unknownFrom !== undefined) pieces.push({ text: run.slice(unknownFrom, at), at: unknownFrom });
    unknownFrom = undefined;
    pieces.push({ ...found, at });
    isBehindWord = true;
    at += found.text.length;
  }
  if (unknownFrom !== undefined) pieces.push({ text: run.slice(unknownFrom), at: unknownFrom });
  return pieces;
}

/** A single character is a word only next to others of the table, or at the end of the run, and an ending only behind them. */
function longestWord(run: string, at: number, isBehindWord: boolean): Omit<Piece, "at"> | undefined {
  for (let length = Math.min(LONGEST_WORD, run.length - at); length > 0; length -= 1) {
    const text = run.slice(at, at + length);
    const ending = length > 1 || isBehindWord ? ENDINGS.get(text) : undefined;
    const word = length > 1 || isBehindWord || at + 1 === run.length ? WORDS.get(text) : undefined;
    const meaning = ending ?? word;
    if (meaning !== undefined) return { text, meaning };
  }
  return undefined;
}

/** Takes "no es" together: as many tokens as its meaning has words. */
function joinPhrases(tokens: readonly Token[]): Token[] {
  const joined: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) continue;
    const phrase = token.kind === "word" ? phraseAt(tokens, at) : undefined;
    if (phrase === undefined) {
      joined.push(token);
      continue;
    }
    const { last, meaning } = phrase;
    for (const [index, word] of meaning.entries()) {
      const own = tokens[at + index];
      if (own === undefined) continue;
      const isLast = index === meaning.length - 1;
      joined.push({ ...own, meaning: word, end: isLast ? last.end : own.end });
    }
    at = tokens.indexOf(last, at);
  }
  return joined;
}

function phraseAt(
  tokens: readonly Token[],
  at: number,
): { readonly last: Token; readonly meaning: readonly string[] } | undefined {
  for (const { words, meaning } of PHRASES.get(tokens[at]?.text ?? "") ?? []) {
    const last = tokens[at + words.length - 1];
    if (last !== undefined && words.every((word, index) => tokens[at + index]?.text === word)) return { last, meaning };
  }
  return undefined;
}

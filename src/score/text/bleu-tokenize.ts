import { isPythonWhitespace, trimEndLikePython } from "./python-whitespace.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** sacreBLEU's names: mteval-v13a (the default), white space only, or one token per code point. */
export type BleuTokenizer = "13a" | "none" | "char";

/** Token ids of a text under one of sacreBLEU's tokenizers. */
export function bleuTokenIds(text: string, tokenizer: BleuTokenizer, vocabulary: Vocabulary): number[] {
  switch (tokenizer) {
    case "13a":
      return tokenIds13a(text, vocabulary);
    case "none":
      return splitIds(text, vocabulary, false);
    case "char":
      return splitIds(text, vocabulary, true);
  }
}

/**
 * mteval-v13a as sacreBLEU has it, without building the intermediate strings. The original pads with spaces in four
 * passes: symbols; then `.` or `,` after a non-digit; then `.` or `,` before a non-digit; then `-` after a digit. Each
 * pass consumes what it matched. `canPair` carries the one consequence that isn't local: in a run of stops and
 * commas the second pass takes pairs from the left, so in "a..5" the first stop is a token and ".5" is another.
 */
function tokenIds13a(text: string, vocabulary: Vocabulary): number[] {
  const line = normalize13a(text);
  const length = line.length;
  const ids: number[] = [];
  vocabulary.reserve(length);
  let start = 0;
  // Whether the unit before can begin a match of the second pass: a non-digit that isn't consumed by a match itself.
  let canPair = true;
  let previousIsDigit = false;
  for (let index = 0; index < length; index += 1) {
    const unit = line.charCodeAt(index);
    const kind = unit < 128 ? ASCII_KIND[unit] : isPythonWhitespace(unit) ? SPACE : WORD;
    if (kind === WORD || kind === DIGIT) {
      previousIsDigit = kind === DIGIT;
      canPair = kind === WORD;
      continue;
    }
    let alone = kind === SYMBOL;
    let pairs = false;
    if (kind === STOP) {
      pairs = canPair;
      // The third pass sees a space behind a stop that the second pass padded, or that precedes such a padded stop.
      alone = pairs || index + 1 === length || !isDigit(line.charCodeAt(index + 1));
    } else if (kind === DASH) {
      alone = previousIsDigit;
    }
    if (alone || kind === SPACE) {
      if (index > start) ids.push(vocabulary.intern(line, start, index));
      if (alone) ids.push(vocabulary.intern(line, index, index + 1));
      start = index + 1;
    }
    previousIsDigit = false;
    canPair = !pairs;
  }
  if (length > start) ids.push(vocabulary.intern(line, start, length));
  return ids;
}

/** The steps before the tokenizer proper: hyphenated line ends are joined, four entities are decoded. */
function normalize13a(text: string): string {
  let line = trimEndLikePython(text);
  if (line.includes("<skipped>")) line = line.replaceAll("<skipped>", "");
  if (line.includes("-\n")) line = line.replaceAll("-\n", "");
  if (line.includes("&")) {
    line = line.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");
  }
  return line;
}

/** Tokens between white space; with `characters`, each code point of them. */
function splitIds(text: string, vocabulary: Vocabulary, characters: boolean): number[] {
  const ids: number[] = [];
  vocabulary.reserve(text.length);
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    const space = isPythonWhitespace(unit);
    const lowSurrogate = unit >= 0xdc00 && unit <= 0xdfff;
    if (space || (characters && !lowSurrogate)) {
      if (index > start) ids.push(vocabulary.intern(text, start, index));
      start = space ? index + 1 : index;
    }
  }
  if (text.length > start) ids.push(vocabulary.intern(text, start, text.length));
  return ids;
}

const WORD = 0;
const SPACE = 1;
const SYMBOL = 2;
const STOP = 3;
const DASH = 4;
const DIGIT = 5;

const ASCII_KIND = Uint8Array.from({ length: 128 }, (_, unit) => {
  if (isPythonWhitespace(unit)) return SPACE;
  if (isDigit(unit)) return DIGIT;
  const character = String.fromCharCode(unit);
  if (character === "." || character === ",") return STOP;
  if (character === "-") return DASH;
  // Everything else that is printed and isn't a letter, except the apostrophe.
  return /[!-&(-+/:-@[-`{-~]/.test(character) ? SYMBOL : WORD;
});

function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

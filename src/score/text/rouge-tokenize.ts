import { porterStem } from "./porter-stemmer.ts";
import { Vocabulary } from "./vocabulary.ts";

export interface RougeOptions {
  /** Porter stemmer, NLTK's variant, on tokens longer than three characters. Default false. */
  readonly stemmer?: boolean;
}

const NEWLINE = 0x0a;

/** A tokenized text: the ids of its tokens, and where each of its lines that has tokens ends in them. */
export interface RougeText {
  readonly tokens: number[];
  readonly lineEnds: number[];
}

/**
 * Tokens as Google's rouge_score makes them: lower-cased, split at everything but a–z and 0–9, optionally stemmed.
 * Text in another script than Latin has none: then ROUGE is undefined (the metric gives 0) and should count as unscored.
 */
export function rougeTokens(text: string, options: RougeOptions = {}): string[] {
  const words = new Vocabulary();
  return rougeWordIds(text, words).tokens.map((id) => {
    const token = words.token(id);
    return options.stemmer ? stem(token) : token;
  });
}

const WORDS_BY_SCRIPT =
  /(?<unspaced>[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}])|(?<latin>[\p{Script=Latin}\p{N}\p{M}]+)|(?<other>[\p{L}\p{M}]+)/gu;

/**
 * Whether ROUGE sees most of a text: no more words in other scripts than in Latin letters, where a character of a script without spaces
 * counts as a word, and a number as none. What it doesn't see would be left out of the comparison without a word: "H2O" alone of "水的化学式是H2O".
 */
export function isReadByRouge(text: string): boolean {
  let latin = 0;
  let others = 0;
  for (const { groups } of text.matchAll(WORDS_BY_SCRIPT)) {
    if (groups?.latin === undefined) others += 1;
    else if (/\p{L}/u.test(groups.latin)) latin += 1;
  }
  return others <= latin;
}

/** Token ids of several texts under one vocabulary; `vocabularySize` is one more than the largest id. */
export function rougeTexts(
  texts: readonly string[],
  options: RougeOptions,
): { readonly texts: RougeText[]; readonly vocabularySize: number } {
  sharedWords.clear();
  const tokenized = texts.map((text) => rougeWordIds(text, sharedWords));
  if (options.stemmer) {
    // Each distinct word is stemmed once; words with one stem get one id.
    const stemIds = new Map<string, number>();
    const stemOf: number[] = [];
    for (let id = 0; id < sharedWords.size; id += 1) {
      const token = stem(sharedWords.token(id));
      const stemId = stemIds.get(token) ?? stemIds.size;
      stemIds.set(token, stemId);
      stemOf.push(stemId);
    }
    for (const { tokens } of tokenized) {
      for (let index = 0; index < tokens.length; index += 1) tokens[index] = stemOf[tokens[index] ?? 0] ?? 0;
    }
  }
  return { texts: tokenized, vocabularySize: sharedWords.size };
}

/** Shared between calls: they are synchronous, and nothing outlives one. */
const sharedWords = new Vocabulary();

function stem(token: string): string {
  return token.length > 3 ? porterStem(token) : token;
}

function rougeWordIds(text: string, words: Vocabulary): RougeText {
  // Not only ASCII letters lower-case to a–z: the Kelvin sign and the dotted capital I do too.
  const lower = text.toLowerCase();
  const length = lower.length;
  const tokens: number[] = [];
  const lineEnds: number[] = [];
  words.reserve(length);
  let start = 0;
  let lineStart = 0;
  for (let index = 0; index < length; index += 1) {
    const unit = lower.charCodeAt(index);
    if (unit < 128 && IS_TOKEN_UNIT[unit] === 1) continue;
    if (index > start) tokens.push(words.intern(lower, start, index));
    start = index + 1;
    if (unit === NEWLINE && tokens.length > lineStart) {
      lineStart = tokens.length;
      lineEnds.push(lineStart);
    }
  }
  if (length > start) tokens.push(words.intern(lower, start, length));
  if (tokens.length > lineStart) lineEnds.push(tokens.length);
  return { tokens, lineEnds };
}

/** By ASCII code: whether it is a–z or 0–9. */
const IS_TOKEN_UNIT = Uint8Array.from({ length: 128 }, (_, unit) =>
  /[a-z0-9]/.test(String.fromCharCode(unit)) ? 1 : 0,
);

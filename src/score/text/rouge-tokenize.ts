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
  const tokens: number[] = [];
  const lineEnds: number[] = [];
  words.reserve(text.length);
  let open = false;
  let lineStart = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    const folded = unit < 128 ? (ASCII_TOKEN_UNIT[unit] ?? 0) : foldToAscii(unit);
    if (folded !== 0) {
      words.push(folded);
      open = true;
    }
    // U+0130 lower-cases to "i" and a combining dot, which ends the token.
    if (open && (folded === 0 || unit === 0x130)) {
      tokens.push(words.close());
      open = false;
    }
    if (unit === NEWLINE && tokens.length > lineStart) {
      lineStart = tokens.length;
      lineEnds.push(lineStart);
    }
  }
  if (open) tokens.push(words.close());
  if (tokens.length > lineStart) lineEnds.push(tokens.length);
  return { tokens, lineEnds };
}

/** By ASCII code: the code of its lower-case letter or digit, or 0. */
const ASCII_TOKEN_UNIT = Uint8Array.from({ length: 128 }, (_, unit) => {
  const lower = String.fromCharCode(unit).toLowerCase();
  return /[a-z0-9]/.test(lower) ? lower.charCodeAt(0) : 0;
});

/** The only other characters whose lower case begins with an ASCII letter: the Kelvin sign and I with a dot above. */
function foldToAscii(unit: number): number {
  if (unit === 0x212a) return 0x6b;
  return unit === 0x130 ? 0x69 : 0;
}

import { createRequire } from "node:module";
import type { Model, WinkMethods } from "wink-nlp";

/** wink-nlp takes up to the cube of a run's length for a run without white space (7.6 s at 10,000 characters). */
const MAX_RUN_CHARACTERS = 128;

/** Scripts that are written without spaces between words. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]\p{M}*/gu;

/**
 * Lower-cased word tokens of a text by wink-nlp's English tokenizer, for metrics that prescribe none: every token with
 * at least one letter or digit, so punctuation, symbols and emoji are left out. In scripts written without spaces each
 * character is a word. A run of more than 128 characters without white space is cut. Linear in the length of the text.
 */
export function wordTokens(text: string): string[] {
  const runs: string[] = [];
  for (const run of text.replace(UNSPACED, " $& ").split(/\s+/)) {
    if (run.length <= MAX_RUN_CHARACTERS) runs.push(run);
    else for (const [piece] of run.matchAll(LONGEST_PIECES)) runs.push(piece);
  }
  const tokens = tokenizer().readDoc(runs.join(" ")).tokens().out();
  return tokens.filter((token) => /[\p{L}\p{N}]/u.test(token)).map((token) => token.toLowerCase());
}

const LONGEST_PIECES = new RegExp(`.{1,${MAX_RUN_CHARACTERS}}`, "gsu");

let loaded: WinkMethods | undefined;

/** The language model takes about 0.2 s to load, so only the first text that needs it does. */
function tokenizer(): WinkMethods {
  if (loaded === undefined) {
    const require = createRequire(import.meta.url);
    const winkNlp: (model: Model, pipe: string[]) => WinkMethods = require("wink-nlp");
    // An empty pipe: tokens only, no sentences, tags or entities.
    loaded = winkNlp(require("wink-eng-lite-web-model"), []);
  }
  return loaded;
}

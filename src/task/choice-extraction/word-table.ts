import { LANGUAGES_WITH_SPACES } from "./languages-with-spaces.ts";
import { LANGUAGES_WITHOUT_SPACES } from "./languages-without-spaces.ts";

interface Phrase {
  readonly words: readonly string[];
  readonly meaning: readonly string[];
}

export const WORDS = new Map<string, string>();
export const ENDINGS = new Map<string, string>();
/** By first word: those of several words. */
export const PHRASES = new Map<string, readonly Phrase[]>();
/** Words without their accents, as many people type them; short ones would be other words. */
const UNACCENTED = new Map<string, string>();

for (const { words, endings = {} } of [
  ...Object.values(LANGUAGES_WITH_SPACES),
  ...Object.values(LANGUAGES_WITHOUT_SPACES),
]) {
  for (const [meaning, list] of Object.entries(words)) for (const word of list.split(", ")) addWord(word, meaning);
  for (const [meaning, list] of Object.entries(endings))
    for (const word of list.split(", ")) ENDINGS.set(word, meaning);
}

export const LONGEST_WORD = Math.max(...[...WORDS.keys(), ...ENDINGS.keys()].map((word) => word.length));

/** The English word that a word of another language stands for; itself where the table has none. */
export function meaningOf(word: string): string {
  const known = WORDS.get(word) ?? UNACCENTED.get(word);
  if (known !== undefined) return known;
  const bare = word.includes("'") ? word.replace(/^(?:[ldcjnmts]|qu|dell|nell|all|un)'(?=\p{L})/u, "") : word;
  return WORDS.get(bare) ?? UNACCENTED.get(/^[a-z]+$/.test(bare) ? bare : unaccented(bare)) ?? word;
}

function addWord(word: string, meaning: string): void {
  const [first = "", ...rest] = word.split(" ");
  if (rest.length > 0) {
    const phrase = { words: [first, ...rest], meaning: meaning.split(" ") };
    PHRASES.set(first, [...(PHRASES.get(first) ?? []), phrase]);
    return;
  }
  WORDS.set(word, meaning);
  if (word.length > 3) UNACCENTED.set(unaccented(word), meaning);
}

function unaccented(word: string): string {
  return word.normalize("NFD").replace(/\p{M}/gu, "");
}

/**
 * Stem of a lower-case word by Porter's algorithm (Porter 1980, "An algorithm for suffix stripping") with the changes
 * that NLTK makes by default, which Google's rouge_score uses: a few irregular words, no change to words of one or two
 * letters, and other rules for -ies, -ied, -y, -bli, -alli, -fulli and -logi. Characters other than a, e, i, o, u and y
 * count as consonants. Linear in the length of the word.
 */
export function porterStem(word: string): string {
  const irregular = IRREGULAR.get(word);
  if (irregular !== undefined) return irregular;
  if (word.length <= 2) return word;
  return step5b(step5a(step4(step3(step2(step1c(step1b(step1a(word))))))));
}

const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ["sky", "sky"],
  ["skies", "sky"],
  ["dying", "die"],
  ["lying", "lie"],
  ["tying", "tie"],
  ["news", "news"],
  ["innings", "inning"],
  ["inning", "inning"],
  ["outings", "outing"],
  ["outing", "outing"],
  ["cannings", "canning"],
  ["canning", "canning"],
  ["howe", "howe"],
  ["proceed", "proceed"],
  ["exceed", "exceed"],
  ["succeed", "succeed"],
]);

/** Plurals: caresses → caress, ponies → poni, ties → tie, cats → cat. */
function step1a(word: string): string {
  if (!word.endsWith("s")) return word;
  if (word.endsWith("ies")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("sses")) return word.slice(0, -2);
  return word.endsWith("ss") ? word : word.slice(0, -1);
}

/** Past tense and -ing: agreed → agree, plastered → plaster, hopping → hop, filing → file. */
function step1b(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  let stem: string;
  if (word.endsWith("ed") && hasVowel(word.slice(0, -2))) stem = word.slice(0, -2);
  else if (word.endsWith("ing") && hasVowel(word.slice(0, -3))) stem = word.slice(0, -3);
  else return word;

  if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) return `${stem}e`;
  if (endsInDoubleConsonant(stem)) return /[lsz]$/.test(stem) ? stem : stem.slice(0, -1);
  return measure(stem) === 1 && endsInShortSyllable(stem) ? `${stem}e` : stem;
}

/** -y after a consonant that isn't the first letter: happy → happi, but enjoy and by stay. */
function step1c(word: string): string {
  if (!word.endsWith("y") || word.length <= 2 || !isConsonant(word, word.length - 2)) return word;
  return `${word.slice(0, -1)}i`;
}

type Rule = readonly [suffix: string, replacement: string];

const STEP_2: readonly Rule[] = [
  ["ational", "ate"],
  ["tional", "tion"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["izer", "ize"],
  ["bli", "ble"],
  ["alli", "al"],
  ["entli", "ent"],
  ["eli", "e"],
  ["ousli", "ous"],
  ["ization", "ize"],
  ["ation", "ate"],
  ["ator", "ate"],
  ["alism", "al"],
  ["iveness", "ive"],
  ["fulness", "ful"],
  ["ousness", "ous"],
  ["aliti", "al"],
  ["iviti", "ive"],
  ["biliti", "ble"],
  ["fulli", "ful"],
];

/** Double suffixes: generalization → generalize, analogousli → analogous. */
function step2(word: string): string {
  if (word.endsWith("alli") && measure(word.slice(0, -4)) > 0) return step2(word.slice(0, -2));
  // The l of -logi counts with the stem, so that "geologi" is long enough.
  if (word.endsWith("logi")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  return applyFirst(STEP_2, word, 0);
}

const STEP_3: readonly Rule[] = [
  ["icate", "ic"],
  ["ative", ""],
  ["alize", "al"],
  ["iciti", "ic"],
  ["ical", "ic"],
  ["ful", ""],
  ["ness", ""],
];

function step3(word: string): string {
  return applyFirst(STEP_3, word, 0);
}

const STEP_4: readonly Rule[] = [
  "al",
  "ance",
  "ence",
  "er",
  "ic",
  "able",
  "ible",
  "ant",
  "ement",
  "ment",
  "ent",
  "ion",
  "ou",
  "ism",
  "ate",
  "iti",
  "ous",
  "ive",
  "ize",
].map((suffix) => [suffix, ""]);

/** Single suffixes of long stems: adoption → adopt, irritant → irrit. */
function step4(word: string): string {
  if (word.endsWith("ion") && !word.endsWith("sion") && !word.endsWith("tion")) return word;
  return applyFirst(STEP_4, word, 1);
}

/** Final -e: probate → probat, rate stays. */
function step5a(word: string): string {
  if (!word.endsWith("e")) return word;
  const stem = word.slice(0, -1);
  const syllables = measure(stem);
  return syllables > 1 || (syllables === 1 && !endsInShortSyllable(stem)) ? stem : word;
}

/** Final -ll of a long stem: controll → control, roll stays. */
function step5b(word: string): string {
  return word.endsWith("ll") && measure(word.slice(0, -1)) > 1 ? word.slice(0, -1) : word;
}

/** Only the first rule whose suffix fits is tried; its stem must measure more than `minimum`. */
function applyFirst(rules: readonly Rule[], word: string, minimum: number): string {
  for (const [suffix, replacement] of rules) {
    if (!word.endsWith(suffix)) continue;
    const stem = word.slice(0, -suffix.length);
    return measure(stem) > minimum ? stem + replacement : word;
  }
  return word;
}

const VOWELS = "aeiou";

/** Whether the letter is a consonant; y is one at the start and after a vowel. */
function isConsonant(word: string, index: number): boolean {
  // A run of y alternates, so what decides is the letter before the run and the run's length.
  let start = index;
  while (start > 0 && word[start] === "y") start -= 1;
  const first = !VOWELS.includes(word[start] ?? "");
  return (index - start) % 2 === 0 ? first : !first;
}

/** Porter's m: how often a consonant follows a vowel. */
function measure(stem: string): number {
  let count = 0;
  let afterVowel = false;
  let consonant = false;
  for (let index = 0; index < stem.length; index += 1) {
    const letter = stem[index] ?? "";
    consonant = letter === "y" ? index === 0 || !consonant : !VOWELS.includes(letter);
    if (consonant && afterVowel) count += 1;
    afterVowel = !consonant;
  }
  return count;
}

function hasVowel(stem: string): boolean {
  // A y behind another letter is a vowel itself or follows one.
  for (let index = 0; index < stem.length; index += 1) {
    const letter = stem[index] ?? "";
    if (VOWELS.includes(letter) || (letter === "y" && index > 0)) return true;
  }
  return false;
}

function endsInDoubleConsonant(word: string): boolean {
  const last = word.length - 1;
  return last >= 1 && word[last] === word[last - 1] && isConsonant(word, last);
}

/** Consonant, vowel, consonant other than w, x, y (Porter's *o); NLTK adds words of just a vowel and a consonant. */
function endsInShortSyllable(word: string): boolean {
  const last = word.length - 1;
  if (last === 1) return !isConsonant(word, 0) && isConsonant(word, 1);
  return (
    last >= 2 &&
    isConsonant(word, last - 2) &&
    !isConsonant(word, last - 1) &&
    isConsonant(word, last) &&
    !/[wxy]$/.test(word)
  );
}

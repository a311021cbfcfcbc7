import { type Score, scored, unscored } from "../../domain/score.ts";
import { wordTokens } from "./word-tokens.ts";

const ORDER = 4;

/**
 * How little a text repeats itself: distinct 4-grams of its word tokens divided by all of them, in (0, 1]; 1 means that
 * no 4-gram occurs twice (distinct-4, after Li et al. 2016). Letter case is ignored; see `wordTokens` for what a word
 * is. A text of fewer than four words has no 4-gram and is unscored.
 */
export function repetition(text: string): Score {
  const words = wordTokens(text);
  const total = words.length - ORDER + 1;
  if (total < 1) return unscored(`repetition needs at least ${ORDER} words, the text has ${words.length}`);
  const distinct = new Set<string>();
  for (let start = 0; start < total; start += 1) distinct.add(words.slice(start, start + ORDER).join(" "));
  return scored(distinct.size / total);
}

import { clippedMatches } from "./clipped-matches.ts";
import { lcsLength } from "./lcs-length.ts";
import { type RougeOptions, type RougeText, rougeTexts } from "./rouge-tokenize.ts";
import { unionLcsHits } from "./union-lcs.ts";

export type { RougeOptions } from "./rouge-tokenize.ts";

/** Each in [0, 1]; 0 where the quotient is undefined. */
export interface RougeScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface Rouge {
  readonly rouge1: RougeScore;
  readonly rouge2: RougeScore;
  readonly rougeL: RougeScore;
  /** Summary level: lines are compared with lines. */
  readonly rougeLsum: RougeScore;
}

/**
 * ROUGE-1, ROUGE-2, ROUGE-L and ROUGE-Lsum of a candidate against one reference (Lin 2004), as Google's rouge_score
 * computes them; precision, recall and F1 in [0, 1]. Text without any a–z or 0–9 has no tokens: all figures are 0 then,
 * also for equal texts, so ask `rougeTokens` first where "no tokens" must not count as "no overlap".
 */
export function rouge(candidate: string, reference: string, options: RougeOptions = {}): Rouge {
  return rougeMultiReference(candidate, [reference], options);
}

/** The same against several references: per figure the reference with the highest F1. Throws RangeError without any. */
export function rougeMultiReference(
  candidate: string,
  references: readonly string[],
  options: RougeOptions = {},
): Rouge {
  if (references.length === 0)
    throw new RangeError("ROUGE needs at least one reference; a text without one is unscored");
  const { texts, vocabularySize } = rougeTexts([candidate, ...references], options);
  const [candidateText = NO_TOKENS, ...referenceTexts] = texts;
  return referenceTexts
    .map((referenceText) => compare(candidateText, referenceText, vocabularySize))
    .reduce((best, next) => ({
      rouge1: better(best.rouge1, next.rouge1),
      rouge2: better(best.rouge2, next.rouge2),
      rougeL: better(best.rougeL, next.rougeL),
      rougeLsum: better(best.rougeLsum, next.rougeLsum),
    }));
}

/** ROUGE-N alone, for n-grams of any order ≥ 1; see `rouge`. Throws RangeError for another n. */
export function rougeN(candidate: string, reference: string, n: number, options: RougeOptions = {}): RougeScore {
  if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`ROUGE-N needs n to be a whole number from 1, got ${n}`);
  const { texts, vocabularySize } = rougeTexts([candidate, reference], options);
  const [{ tokens: a } = NO_TOKENS, { tokens: b } = NO_TOKENS] = texts;
  if (n > Math.min(a.length, b.length)) return ZERO;
  return ngramScore(clippedMatches(a, [b], n, vocabularySize), n, a.length, b.length);
}

/** ROUGE-L alone: longest common subsequence of the whole texts; see `rouge`. */
export function rougeL(candidate: string, reference: string, options: RougeOptions = {}): RougeScore {
  const { texts, vocabularySize } = rougeTexts([candidate, reference], options);
  const [{ tokens: a } = NO_TOKENS, { tokens: b } = NO_TOKENS] = texts;
  return scoreOf(lcsLength(a, b, vocabularySize), a.length, b.length);
}

/** The full recipe of `rouge`, e.g. `ROUGE|refs:1|tok:a-z0-9|case:lc|stem:no|v:1`. */
export function rougeSignature(options: RougeOptions & { readonly references?: number | "var" } = {}): string {
  return `ROUGE|refs:${options.references ?? 1}|tok:a-z0-9|case:lc|stem:${options.stemmer ? "porter-nltk" : "no"}|v:1`;
}

const NO_TOKENS: RougeText = { tokens: [], lineEnds: [] };
const ZERO: RougeScore = { precision: 0, recall: 0, f1: 0 };

function compare(candidate: RougeText, reference: RougeText, vocabularySize: number): Rouge {
  const [a, b] = [candidate.tokens, reference.tokens];
  const matches = clippedMatches(a, [b], 2, vocabularySize);
  const longest = lcsLength(a, b, vocabularySize);
  // One line against one line is the plain longest common subsequence.
  const singleLines = candidate.lineEnds.length <= 1 && reference.lineEnds.length <= 1;
  const hits = singleLines ? longest : unionLcsHits(reference, candidate, vocabularySize);
  return {
    rouge1: ngramScore(matches, 1, a.length, b.length),
    rouge2: ngramScore(matches, 2, a.length, b.length),
    rougeL: scoreOf(longest, a.length, b.length),
    rougeLsum: scoreOf(hits, a.length, b.length),
  };
}

function ngramScore(
  matches: readonly number[],
  n: number,
  candidateLength: number,
  referenceLength: number,
): RougeScore {
  return scoreOf(matches[n - 1] ?? 0, Math.max(0, candidateLength - n + 1), Math.max(0, referenceLength - n + 1));
}

function scoreOf(matched: number, candidateCount: number, referenceCount: number): RougeScore {
  if (matched === 0) return ZERO;
  const precision = matched / candidateCount;
  const recall = matched / referenceCount;
  return { precision, recall, f1: (2 * precision * recall) / (precision + recall) };
}

/** The first of equals, as rouge_score picks. */
function better(best: RougeScore, next: RougeScore): RougeScore {
  return next.f1 > best.f1 ? next : best;
}

import { type BleuTokenizer, bleuTokenIds } from "./bleu-tokenize.ts";
import { clippedMatches } from "./clipped-matches.ts";
import { Vocabulary } from "./vocabulary.ts";

const MAX_ORDER = 4;
const STATISTICS_LENGTH = 2 * MAX_ORDER + 2;

/** Smoothing of n-gram precisions without a match (Chen & Cherry 2014), by sacreBLEU's names. */
export type BleuSmoothing = "exp" | "floor" | "add-k" | "none";

/** How texts become n-gram counts. */
export interface BleuCountOptions {
  /** Compare lower-cased texts. Default false. */
  readonly lowercase?: boolean;
  /** Default `13a`. */
  readonly tokenizer?: BleuTokenizer;
}

/** How counts become a score. */
export interface BleuScoreOptions {
  /** Average only over the orders that the candidate is long enough for. Default: true for a sentence, false for a corpus. */
  readonly effectiveOrder?: boolean;
  /** Default `exp`. */
  readonly smoothing?: BleuSmoothing;
  /** For `floor` (default 0.1) and `add-k` (default 1). */
  readonly smoothingValue?: number;
}

export interface BleuOptions extends BleuCountOptions, BleuScoreOptions {}

export interface Bleu {
  /** In [0, 1]; sacreBLEU's score divided by 100. */
  readonly score: number;
  /** Smoothed precisions of 1- to 4-grams, each in [0, 1]; all 0 when nothing matches. */
  readonly precisions: readonly number[];
  /** In [0, 1]; 0 for an empty candidate. */
  readonly brevityPenalty: number;
  /** The full recipe, e.g. `BLEU|refs:1|case:mixed|tok:13a|smooth:exp|eff:yes|v:1`. */
  readonly signature: string;
}

/**
 * Sentence BLEU of a candidate against one or more references, in [0, 1] (Papineni et al. 2002 as sacreBLEU defines it:
 * 13a tokenizer, exponential smoothing, effective order). An empty candidate, and one that shares no token with a
 * reference, scores 0; a text with tokens that equals a reference scores exactly 1. Texts in scripts without spaces are one token a run.
 * Throws RangeError when there is no reference.
 */
export function sentenceBleu(candidate: string, references: readonly string[], options: BleuOptions = {}): Bleu {
  const statistics = bleuStatistics(candidate, references, options);
  return score(statistics, options, options.effectiveOrder ?? true, references.length);
}

/**
 * Corpus BLEU in [0, 1]: statistics are summed over all candidates before precisions and brevity penalty are taken, as
 * sacreBLEU does, without effective order unless asked. `references[i]` are the references of `candidates[i]`. It is
 * not the mean of sentence scores. Throws RangeError when the lengths differ, or a candidate has no reference.
 */
export function corpusBleu(
  candidates: readonly string[],
  references: readonly (readonly string[])[],
  options: BleuOptions = {},
): Bleu {
  if (candidates.length !== references.length) {
    throw new RangeError(
      `corpus BLEU needs one list of references per candidate: ${candidates.length} candidates, ${references.length} lists`,
    );
  }
  const sum = new Array<number>(STATISTICS_LENGTH).fill(0);
  candidates.forEach((candidate, index) => {
    const statistics = bleuStatistics(candidate, references[index] ?? [], options);
    for (let position = 0; position < STATISTICS_LENGTH; position += 1) {
      sum[position] = (sum[position] ?? 0) + (statistics[position] ?? 0);
    }
  });
  const counts = new Set(references.map((list) => list.length));
  return score(sum, options, options.effectiveOrder ?? false, counts.size === 1 ? ([...counts][0] ?? 0) : "var");
}

/**
 * What BLEU needs to know of one candidate, additive over candidates: matched n-grams for n = 1 … 4 (clipped to the
 * largest count in any one reference), n-grams of the candidate for n = 1 … 4, the candidate's length, and the length
 * of the closest reference (the shorter of two equally close ones), in tokens: ten numbers. Throws RangeError when
 * there is no reference.
 */
export function bleuStatistics(
  candidate: string,
  references: readonly string[],
  options: BleuCountOptions = {},
): number[] {
  if (references.length === 0)
    throw new RangeError("BLEU needs at least one reference; a text without one is unscored");
  vocabulary.clear();
  const candidateTokens = tokenIds(candidate, options);
  const referenceTokens = references.map((reference) => tokenIds(reference, options));
  const statistics = clippedMatches(candidateTokens, referenceTokens, MAX_ORDER, vocabulary.size);
  const length = candidateTokens.length;
  for (let order = 1; order <= MAX_ORDER; order += 1) statistics.push(Math.max(0, length - order + 1));
  statistics.push(length, closestLength(length, referenceTokens));
  return statistics;
}

/**
 * BLEU of statistics summed over candidates (see `bleuStatistics`); all zeros give 0. `refs` in the signature is what
 * the caller knows about the references, by default 1. Throws RangeError unless there are ten numbers.
 */
export function bleuFromStatistics(
  statistics: readonly number[],
  options: BleuOptions & { readonly references?: number | "var" } = {},
): Bleu {
  if (statistics.length !== STATISTICS_LENGTH) {
    throw new RangeError(`BLEU statistics are ${STATISTICS_LENGTH} numbers, got ${statistics.length}`);
  }
  return score(statistics, options, options.effectiveOrder ?? false, options.references ?? 1);
}

/** Shared between calls: they are synchronous, and nothing outlives one. */
const vocabulary = new Vocabulary();

function tokenIds(text: string, options: BleuCountOptions): number[] {
  return bleuTokenIds(options.lowercase ? text.toLowerCase() : text, options.tokenizer ?? "13a", vocabulary);
}

function score(
  statistics: readonly number[],
  options: BleuOptions,
  effectiveOrder: boolean,
  references: number | "var",
): Bleu {
  const brevityPenalty = brevity(statistics[2 * MAX_ORDER] ?? 0, statistics[2 * MAX_ORDER + 1] ?? 0);
  const signature = signatureOf(options, effectiveOrder, references);
  const precisions = [0, 0, 0, 0];
  if (!hasMatch(statistics)) return { score: 0, precisions, brevityPenalty, signature };

  const smoothing = options.smoothing ?? "exp";
  const value = smoothingValue(options);
  let orders = MAX_ORDER;
  let halvings = 1;
  for (let index = 0; index < MAX_ORDER; index += 1) {
    const addend = smoothing === "add-k" && index > 0 ? value : 0;
    const matches = (statistics[index] ?? 0) + addend;
    const total = (statistics[MAX_ORDER + index] ?? 0) + addend;
    if (total === 0) break;
    if (effectiveOrder) orders = index + 1;
    if (matches > 0) {
      precisions[index] = matches / total;
    } else if (smoothing === "exp") {
      halvings *= 2;
      precisions[index] = 1 / (halvings * total);
    } else if (smoothing === "floor") {
      precisions[index] = value / total;
    }
  }
  let logSum = 0;
  for (let index = 0; index < orders; index += 1) logSum += Math.log(precisions[index] ?? 0);
  return { score: Math.min(1, brevityPenalty * Math.exp(logSum / orders)), precisions, brevityPenalty, signature };
}

function hasMatch(statistics: readonly number[]): boolean {
  for (let index = 0; index < MAX_ORDER; index += 1) if ((statistics[index] ?? 0) > 0) return true;
  return false;
}

function smoothingValue(options: BleuScoreOptions): number {
  return options.smoothingValue ?? (options.smoothing === "floor" ? 0.1 : 1);
}

function signatureOf(options: BleuOptions, effectiveOrder: boolean, references: number | "var"): string {
  const name = options.smoothing ?? "exp";
  const smoothing = name === "floor" || name === "add-k" ? `${name}[${smoothingValue(options).toFixed(2)}]` : name;
  const textCase = options.lowercase ? "lc" : "mixed";
  const order = effectiveOrder ? "yes" : "no";
  return `BLEU|refs:${references}|case:${textCase}|tok:${options.tokenizer ?? "13a"}|smooth:${smoothing}|eff:${order}|v:1`;
}

function brevity(candidateLength: number, referenceLength: number): number {
  if (candidateLength >= referenceLength) return 1;
  return candidateLength === 0 ? 0 : Math.exp(1 - referenceLength / candidateLength);
}

function closestLength(length: number, references: readonly (readonly number[])[]): number {
  let closest = Number.POSITIVE_INFINITY;
  for (const reference of references) {
    const difference = Math.abs(reference.length - length) - Math.abs(closest - length);
    if (difference < 0 || (difference === 0 && reference.length < closest)) closest = reference.length;
  }
  return closest;
}

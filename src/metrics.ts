/**
 * QuantGate's text metrics that need no model, usable on their own: strings in, numbers in [0, 1] out; and the reader of
 * multiple-choice answers.
 */

export type { Choice } from "./domain/item.ts";
export type { Score } from "./domain/score.ts";
export type { ScoreInput, Scorer } from "./score/scorer.ts";
export {
  type Bleu,
  type BleuCountOptions,
  type BleuOptions,
  type BleuScoreOptions,
  type BleuSmoothing,
  bleuFromStatistics,
  bleuStatistics,
  corpusBleu,
  sentenceBleu,
} from "./score/text/bleu.ts";
export type { BleuTokenizer } from "./score/text/bleu-tokenize.ts";
export { exactMatch } from "./score/text/exact-match.ts";
export { outputLengthRatio } from "./score/text/output-length-ratio.ts";
export { repetition } from "./score/text/repetition.ts";
export {
  type Rouge,
  type RougeOptions,
  type RougeScore,
  rouge,
  rougeL,
  rougeMultiReference,
  rougeN,
  rougeSignature,
} from "./score/text/rouge.ts";
export { isReadByRouge, rougeTokens } from "./score/text/rouge-tokenize.ts";
export { type ExtractedChoice, extractChoice } from "./task/extract-choice.ts";

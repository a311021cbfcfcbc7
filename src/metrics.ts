/** QuantGate's text metrics that need no model, usable on their own: strings in, numbers in [0, 1] out. */
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

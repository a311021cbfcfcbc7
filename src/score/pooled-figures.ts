import { pooledSentenceCoherence } from "./coherence/sentence-coherence.ts";
import { maxTokensOf, type ReadTexts, textsOf } from "./neural/read-texts.ts";
import { bleuFromStatistics } from "./text/bleu.ts";

/** A figure over all items of a task that isn't the mean of a score. */
export interface PooledFigure {
  readonly name: string;
  readonly value: number;
  readonly signature: string;
  /** Items behind it, where they aren't all that the metric has. */
  readonly items?: number;
}

/** What is summed over a task's items, how many they are, and the recipe of their score. */
export interface PooledScores {
  readonly sums: readonly number[];
  readonly items: number;
  readonly signature: string | undefined;
}

/**
 * Figures beside a metric's mean: corpus BLEU, the means of BERTScore's precision and recall (rescaled ones can be below 0), and coherence
 * sentence by sentence, of answers with several sentences.
 */
export function pooledFigures(metric: string, { sums, items, signature = "" }: PooledScores): readonly PooledFigure[] {
  if (metric === "bleu") {
    const corpus = bleuFromStatistics(sums, { references: "var" });
    return [{ name: "corpus_bleu", value: corpus.score, signature: corpus.signature }];
  }
  if (metric === "bertscore") {
    const [precision = 0, recall = 0] = sums;
    return [
      { name: "bertscore_precision", value: precision / items, signature: `${signature}|figure:precision` },
      { name: "bertscore_recall", value: recall / items, signature: `${signature}|figure:recall` },
    ];
  }
  if (metric === "coherence") {
    const pooled = pooledSentenceCoherence(sums);
    if (pooled === undefined) return [];
    return [{ name: "coherence_by_sentence", signature: `${signature}|figure:by-sentence|sentences:wink`, ...pooled }];
  }
  return [];
}

export interface ReadInPart extends ReadTexts {
  /** What the encoder reads of a text, in tokens; absent where the tasks' encoders differ. */
  readonly maxTokens?: number;
}

/** The texts that an encoder read for a metric; undefined for metrics that have none. */
export function readInPart(metric: string, sums: readonly number[], signature = ""): ReadInPart | undefined {
  if (metric !== "bertscore" && metric !== "coherence") return undefined;
  const maxTokens = maxTokensOf(signature);
  return { ...textsOf(sums), ...(maxTokens === undefined ? {} : { maxTokens }) };
}

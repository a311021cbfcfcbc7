import type { Score } from "../domain/score.ts";

/** One answer to be scored: the post-filtered text, the accepted references (maybe none) and what was asked. */
export interface ScoreInput {
  readonly candidate: string;
  readonly references: readonly string[];
  readonly instruction: string;
}

/** A corpus figure pooled from the summed `statistics` of a task's scores, e.g. corpus BLEU. */
export interface CorpusFigure {
  readonly name: string;
  readonly signature: string;
  /** In [0, 1]. */
  readonly value: number;
}

/**
 * Port: computes one metric. Same input gives the same score, whatever else is in the batch.
 * `score` returns one score per input, in input order; rejects only when nothing could be scored at all.
 */
export interface Scorer {
  readonly metric: string;
  /** The full recipe of the number: implementation, options, model and layer where there is one. */
  readonly signature: string;
  score(inputs: readonly ScoreInput[], signal: AbortSignal): Promise<readonly Score[]>;
  /** Pools statistics that were summed over a task's items. */
  pool?(statistics: readonly number[]): CorpusFigure;
  close(): Promise<void>;
}

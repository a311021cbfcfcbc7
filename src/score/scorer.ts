import type { Score } from "../domain/score.ts";

/** One answer to be scored: the post-filtered text, the accepted references (maybe none) and what was asked. */
export interface ScoreInput {
  readonly candidate: string;
  readonly references: readonly string[];
  readonly instruction: string;
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
  close(): Promise<void>;
}

import type { Scorer } from "../scorer.ts";

/** How many texts a scorer has read, and how many of them only in part, because they were longer than its model can read. */
export interface TextCount {
  readonly texts: number;
  readonly truncated: number;
}

/** A scorer with a neural model behind it. Closing it doesn't close the engine, which others may use. */
export interface NeuralScorer extends Scorer {
  /** The texts of all items scored so far; a text that several items share counts once for each call of `score`. */
  textCount(): TextCount;
}

import type { EncoderShape } from "./encoder-graph.ts";

/** Floating-point operations in the matrix products of one text of `tokens` tokens; a multiplication and an addition are two. */
export function matrixOperations({ layers, width, feedForward }: EncoderShape, tokens: number): number {
  const projections = 2 * tokens * (4 * width * width + 2 * width * feedForward);
  const attention = 2 * 2 * tokens * tokens * width;
  return layers * (projections + attention);
}

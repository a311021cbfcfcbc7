import type { Vectors } from "../worker/protocol.ts";

/** What an encoder makes of one text. */
export interface Embedding {
  /** Token ids as the encoder read them, special tokens included. */
  readonly ids: Int32Array;
  /** Whether the text was too long and lost its end. */
  readonly truncated: boolean;
  /** One vector a token, or one for the whole text. */
  readonly vectors: Vectors;
}

/** Bytes an embedding holds in memory. */
export function sizeOf({ ids, vectors }: Embedding): number {
  return ids.byteLength + vectors.values.byteLength;
}

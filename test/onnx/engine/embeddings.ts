import type { Embedding } from "../../../src/onnx/engine/embedding.ts";

/** An embedding of some rows of four numbers, made of `seed`. */
export function someEmbedding(rows: number, seed = 0): Embedding {
  const values = new Float32Array(4 * rows);
  for (const index of values.keys()) values[index] = Math.sin(seed + index);
  return {
    ids: Int32Array.from({ length: rows }, (_, index) => index + seed),
    truncated: seed % 2 === 1,
    vectors: { values, rows, width: 4 },
  };
}

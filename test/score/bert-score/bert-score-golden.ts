import { readFileSync } from "node:fs";

/** Rows of precision, recall and F1, one number a pair. */
type Rows = readonly [readonly number[], readonly number[], readonly number[]];

/**
 * What bert_score computes with a toy model whose hidden states are known: the sum of a token's row in `table` and its
 * position's row in `pos`. Texts are token ids with spaces between.
 */
interface BertScoreGolden {
  readonly refs: readonly string[];
  readonly cands: readonly string[];
  readonly table: readonly (readonly number[])[];
  readonly pos: readonly (readonly number[])[];
  readonly idf: Readonly<Record<string, number>>;
  readonly idf_default: number;
  readonly results: { readonly no_idf_batch1: Rows; readonly idf_batch1: Rows; readonly no_idf_one_batch: Rows };
  readonly rescale: { readonly baseline: readonly [number, number, number]; readonly F0: number; readonly F1: number };
  readonly hash: readonly [string, string, string];
}

export const BERTSCORE: BertScoreGolden = JSON.parse(
  readFileSync(new URL("../../golden/bertscore.json", import.meta.url), "utf8"),
);

/** [CLS] and [SEP] of the toy model. */
export const SPECIAL_IDS = [2, 3];

export function idsOf(text: string): number[] {
  return [2, ...text.split(" ").filter(Boolean).map(Number), 3];
}

/** The toy model's hidden states of a text, row after row. */
export function hiddenStatesOf(text: string) {
  const rows = idsOf(text).map((id, place) =>
    (BERTSCORE.table[id] ?? []).map((value, column) => Math.fround(value + (BERTSCORE.pos[place]?.[column] ?? 0))),
  );
  const width = rows[0]?.length ?? 0;
  return { values: Float32Array.from(rows.flat()), rows: rows.length, width };
}

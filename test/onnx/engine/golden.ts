import { readFileSync } from "node:fs";

/** What PyTorch computes with the demo encoder's weights: single texts, unpadded, float32. */
interface Golden {
  readonly texts: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly embedding: readonly number[];
    /** For each layer: the first eight numbers of the first and of the last token, and the norm of all. */
    readonly hidden: readonly { layer: number; first: readonly number[]; last: readonly number[]; norm: number }[];
  }[];
  readonly pairs: readonly {
    readonly candidate: string;
    readonly reference: string;
    readonly cosine: number;
    readonly bertscore: Readonly<Record<string, { precision: number; recall: number; f1: number }>>;
  }[];
}

export const GOLDEN: Golden = JSON.parse(
  readFileSync(new URL("../../golden/demo-encoder.json", import.meta.url), "utf8"),
);

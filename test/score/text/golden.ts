import { readFileSync } from "node:fs";

type Triple = readonly [precision: number, recall: number, f1: number];

interface GoldenBleu {
  readonly score: number;
  readonly counts: readonly number[];
  readonly totals: readonly number[];
  readonly precisions: readonly number[];
  readonly bp: number;
  readonly sys_len: number;
  readonly ref_len: number;
}

export interface GoldenRouge {
  readonly rouge1: Triple;
  readonly rouge2: Triple;
  readonly rougeL: Triple;
  readonly rougeLsum: Triple;
}

interface GoldenTextMetrics {
  readonly cases: readonly {
    readonly name: string;
    readonly hyp: string;
    readonly refs: readonly string[];
    readonly tok13a_hyp: string;
    readonly tok13a_ref: string;
    readonly sentence_bleu: GoldenBleu;
    readonly sentence_bleu_lc: GoldenBleu;
    readonly sentence_bleu_no_eff: GoldenBleu;
    readonly rouge: GoldenRouge;
    readonly rouge_stem: GoldenRouge;
    readonly rouge_tokens_hyp: readonly string[];
    readonly rouge_tokens_hyp_stem: readonly string[];
  }[];
  readonly corpus: readonly {
    readonly name: string;
    readonly args: {
      readonly lowercase?: boolean;
      readonly effective_order?: boolean;
      readonly smooth_method?: "exp" | "floor" | "add-k" | "none";
      readonly smooth_value?: number;
      readonly tokenize?: "none" | "char";
    };
    readonly hyps: readonly string[];
    /** refs[k][i] is the k-th reference of hyps[i]. */
    readonly refs: readonly (readonly string[])[];
    readonly bleu: GoldenBleu;
  }[];
  readonly porter: Readonly<Record<string, string>>;
}

/** Numbers computed with sacreBLEU 2.6.0, Google's rouge_score and NLTK (see the file's `source`). */
export const golden: GoldenTextMetrics = JSON.parse(
  readFileSync(new URL("../../golden/text-metrics.json", import.meta.url), "utf8"),
);

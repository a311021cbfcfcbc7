import type { Timings, TokenCounts } from "./answer.ts";
import type { Grade } from "./grade.ts";
import type { Pass } from "./pass.ts";
import type { OpenedRecord } from "./record.ts";
import type { Score } from "./score.ts";

/** How one item ended, with every score: what the analysis reads. Derived from the journal and rebuilt from it at will. */
export interface ScoreRow {
  readonly type: "score";
  readonly variant: string;
  readonly task: string;
  readonly pass?: Pass;
  readonly retried?: true;
  readonly index: number;
  readonly item: string;
  readonly promptHash: string;
  readonly subject?: string;
  readonly group?: string;
  readonly result: ItemResult;
  /** 16 hex digits over the answer as graded or scored; equal hashes are equal answers. Absent where there is no answer. */
  readonly answerHash?: string;
  readonly tokens?: TokenCounts;
  readonly timings?: Timings;
  /** When the answer was there. */
  readonly at?: string;
}

export type ItemResult =
  | { readonly kind: "graded"; readonly grade: Grade; readonly choices: number }
  | {
      readonly kind: "generated";
      /** Counted apart; the text that is there is scored all the same. */
      readonly flaw: "none" | "empty" | "truncated";
      readonly scores: Readonly<Record<string, Score>>;
    }
  | { readonly kind: "missing"; readonly cause: "errored"; readonly error: string };

export type ScoreLine = ScoreRow | OpenedRecord;

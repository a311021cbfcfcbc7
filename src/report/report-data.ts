import type { AnalyzedRun } from "../analyze/analyzed-run.ts";
import type { PublishedResult } from "../analyze/published.ts";
import type { Choice } from "../domain/item.ts";
import type { Verdicts } from "../gate/verdict.ts";

/** Everything a report is written from. */
export interface ReportData extends Pick<AnalyzedRun, "summary" | "manifest" | "speeds"> {
  /** Absent: no policy was applied, and the report says nothing about passing. */
  readonly verdicts?: Verdicts;
  readonly examples: readonly FlipExample[];
  readonly published?: PublishedStudy;
  /** Absent: none. */
  readonly unread?: readonly UnreadTask[];
}

/** A multiple-choice task of which no answer of a variant was read as one of the choices. */
export interface UnreadTask {
  readonly model: string;
  /** Variant id. */
  readonly variant: string;
  readonly task: string;
  /** How many answers there were. */
  readonly answers: number;
  /** The text of the first of them. */
  readonly shown: readonly string[];
}

/** An item that the variant answered otherwise than its baseline, with both answers. */
export interface FlipExample {
  readonly model: string;
  /** Variant id. */
  readonly variant: string;
  /** Variant id of the baseline. */
  readonly baseline: string;
  readonly task: string;
  readonly item: string;
  readonly subject?: string;
  /** Right to wrong, wrong to right, or a generated answer that scores less. */
  readonly kind: "lost" | "gained" | "worse";
  readonly question: string;
  readonly choices?: readonly Choice[];
  readonly expected: string;
  readonly baselineAnswer: string;
  readonly candidateAnswer: string;
  /** Log-probabilities, scores: what stands behind the two answers, in a line or two. */
  readonly detail?: string;
}

/** What a published study saw for the same models and quantizations. */
export interface PublishedStudy {
  /** Title and protocol, for the reader. */
  readonly source: string;
  readonly findings: readonly PublishedFinding[];
}

/** A row of the study, beside the variant of this run that it speaks of. */
interface PublishedFinding {
  readonly variant: string;
  readonly result: PublishedResult;
}

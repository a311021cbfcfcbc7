import type { Backend } from "../backend/backend.ts";
import type { ItemSource } from "../dataset/item-source.ts";
import type { ProgressListener } from "../domain/progress.ts";
import type { ProbeFinding, VariantIdentity } from "../domain/record.ts";
import type { Scoring } from "../domain/scoring.ts";
import type { Plan } from "../plan/plan.ts";
import type { ReadonlyProgress } from "../plan/progress-index.ts";
import type { TaskScorers } from "../score/score-answers.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import type { ExecutorName } from "../store/manifest.ts";
import type { Run } from "../store/run-store.ts";

/** A plan, what the run has of it already, and what it takes to do the rest. Nothing of it is changed. */
export interface Execution {
  readonly plan: Plan;
  readonly run: Run;
  readonly sources: ReadonlyMap<string, ItemSource>;
  readonly scorers: ReadonlyMap<string, TaskScorers>;
  /** Items that have a record. */
  readonly done: ReadonlyProgress;
  /** Items that have a score row. */
  readonly scored: ReadonlyProgress;
  /** Items whose error is to be replaced by another try; absent: none. */
  readonly errored?: ReadonlyProgress;
  /** What the journal says of variants that were opened before; the same weights must come back. */
  readonly identities: ReadonlyMap<string, VariantIdentity>;
  readonly openBackend: (variant: ResolvedVariant, signal: AbortSignal) => Promise<Backend>;
  /** Probes an opened backend before it is asked anything; absent: it is trusted. */
  readonly probe?: (
    backend: Backend,
    variant: ResolvedVariant,
    signal: AbortSignal,
  ) => Promise<readonly ProbeFinding[]>;
  readonly now: () => Date;
  readonly onProgress: ProgressListener;
  readonly signal: AbortSignal;
}

/** What an executor did. */
export interface Executed {
  /** Who each opened variant is. */
  readonly identities: ReadonlyMap<string, VariantIdentity>;
  /** What probes found of the opened variants; those without a finding are left out. */
  readonly findings: ReadonlyMap<string, readonly ProbeFinding[]>;
  /** How scorers that are elsewhere computed; absent: only the given ones did. */
  readonly scoring?: Scoring;
  readonly end: ExecutionEnd;
}

/** `stopped`: why not every item has its record and score row: an `InterruptedError`, or a `RunError`. */
export type ExecutionEnd = { readonly kind: "complete" } | { readonly kind: "stopped"; readonly error: unknown };

/**
 * Port: brings every unit of a plan to its end, so that each item has exactly one record and one score row in the run. Returns what it did, also
 * when something stopped it; what was done by then is in the run.
 */
export interface Executor {
  readonly name: ExecutorName;
  execute(execution: Execution): Promise<Executed>;
}

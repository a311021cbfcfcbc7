import type { Backend } from "../backend/backend.ts";
import type { ItemSource } from "../dataset/item-source.ts";
import type { ProgressListener } from "../domain/progress.ts";
import type { ProbeFinding, VariantIdentity } from "../domain/record.ts";
import type { InferenceSettings } from "../domain/scoring.ts";
import type { Plan } from "../plan/plan.ts";
import type { ProgressIndex } from "../plan/progress-index.ts";
import type { TaskScorers } from "../score/score-answers.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import type { ExecutorName } from "../store/manifest.ts";
import type { Run } from "../store/run-store.ts";

export interface Execution {
  readonly plan: Plan;
  readonly run: Run;
  readonly sources: ReadonlyMap<string, ItemSource>;
  readonly scorers: ReadonlyMap<string, TaskScorers>;
  /** Items that have a record; the executor adds to it. */
  readonly done: ProgressIndex;
  /** Items that have a score row; the executor adds to it. */
  readonly scored: ProgressIndex;
  /** Items whose error is to be replaced by another try; absent: none. */
  readonly errored?: ProgressIndex;
  /** What the journal says of variants that were opened before; the same weights must come back. */
  readonly identities: Map<string, VariantIdentity>;
  /** Signatures of the scores, by task and metric; an executor whose scorers are elsewhere adds theirs. */
  readonly signatures: Map<string, Readonly<Record<string, string>>>;
  /** Told by an executor whose scorers are elsewhere: what they run with. */
  readonly onInference?: (settings: InferenceSettings) => void;
  readonly openBackend: (variant: ResolvedVariant, signal: AbortSignal) => Promise<Backend>;
  /** Examines an opened backend before it is asked anything; absent: it is trusted. */
  readonly examine?: (
    backend: Backend,
    variant: ResolvedVariant,
    signal: AbortSignal,
  ) => Promise<readonly ProbeFinding[]>;
  readonly now: () => Date;
  readonly onProgress: ProgressListener;
  readonly signal: AbortSignal;
}

/**
 * Port: brings every unit of a plan to its end, so that each item has exactly one record and one score row in the run.
 * Rejects with `InterruptedError` or `RunError`; what was done by then is in the run.
 */
export interface Executor {
  readonly name: ExecutorName;
  execute(execution: Execution): Promise<void>;
}

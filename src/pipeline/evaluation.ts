import type { Backend } from "../backend/backend.ts";
import type { ItemSource } from "../dataset/item-source.ts";
import type { ProgressListener } from "../domain/progress.ts";
import type { ProbeFinding } from "../domain/record.ts";
import type { InferenceSettings } from "../domain/scoring.ts";
import type { Executor } from "../executor/executor.ts";
import type { TaskScorers } from "../score/score-answers.ts";
import type { ResolvedSpec, ResolvedVariant } from "../spec/resolved.ts";
import type { RunManifest, TaskFacts } from "../store/manifest.ts";
import type { Run, RunStore } from "../store/run-store.ts";

/** Scorers of every task of a run; `close` releases what they hold. */
export interface RunScorers {
  readonly byTask: ReadonlyMap<string, TaskScorers>;
  /** What neural scorers run with; absent where there are none. */
  readonly inference?: InferenceSettings;
  close(): Promise<void>;
}

export interface ProbeRequest {
  readonly backend: Backend;
  readonly variant: ResolvedVariant;
  readonly spec: ResolvedSpec;
  readonly signal: AbortSignal;
}

/** What decides which scorers a run needs. */
export interface ScorersRequest {
  readonly spec: ResolvedSpec;
  readonly facts: readonly TaskFacts[];
  readonly sources: ReadonlyMap<string, ItemSource>;
}

/** Everything an evaluation needs from outside; wired in `compose.ts`. */
export interface EvaluationServices {
  readonly store: RunStore;
  readonly executor: Executor;
  readonly openBackend: (variant: ResolvedVariant, signal: AbortSignal) => Promise<Backend>;
  /** Probes an opened backend before it is asked anything; absent: it is trusted. */
  readonly probe?: (request: ProbeRequest) => Promise<readonly ProbeFinding[]>;
  readonly openScorers: (request: ScorersRequest, signal: AbortSignal) => Promise<RunScorers>;
  readonly now: () => Date;
  readonly version: string;
}

export interface EvaluationOptions {
  readonly onProgress: ProgressListener;
  /** On resuming: ask the errored items again. Retries can shift the distribution, so they are counted apart. */
  readonly retryErrored?: boolean;
  /** Called when everything is answered and scored, before the run counts as completed. */
  readonly decide?: (run: Run, manifest: RunManifest) => Promise<void>;
  readonly signal: AbortSignal;
}

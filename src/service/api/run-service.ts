import type { Outcome } from "../../domain/outcome.ts";
import type { RunStatus } from "../../domain/run-status.ts";
import type { ResolvedSpec } from "../../spec/resolved.ts";
import type { ExecutorName } from "../../store/manifest.ts";

/** How far one variant of a run is. */
export interface VariantProgress {
  readonly variant: string;
  /** Answers it is to give. */
  readonly answers: number;
  readonly done: number;
}

/** Where a run stands right now. */
export interface RunState {
  readonly id: string;
  readonly status: RunStatus;
  /** `analyzing`: every answer is there, the verdict is not. */
  readonly phase: "queued" | "running" | "analyzing" | "ended";
  readonly answers: number;
  readonly done: number;
  readonly variants: readonly VariantProgress[];
  /** Runs that are to be done before this one; only while it is queued. */
  readonly ahead?: number;
  /** Why it failed. */
  readonly failure?: string;
  /** Lines of records or scores that can't be read, and what becomes of their items; absent: none. */
  readonly damaged?: readonly string[];
  /** What was decided, once it was. */
  readonly overall?: Outcome;
  readonly exitCode?: number;
}

/** A state with its place in the order of the run's states. */
export interface RunEvent {
  /**
   * Grows from state to state. It follows from the state alone, so that whoever reconnects, to whichever process, goes on where they were
   * without a log being kept.
   */
  readonly sequence: number;
  readonly state: RunState;
}

const RANKS = { queued: 0, running: 1, analyzing: 2, ended: 3 } as const;

/** Place of a state in the order of its run's states: the phase first, then the answers. */
export function sequenceOf(state: Pick<RunState, "phase" | "done">): number {
  return RANKS[state.phase] * 1e9 + state.done;
}

export interface SubmitOptions {
  /** Submitting again with the same key gives the run of the first time. Keys of different submitters are different keys. */
  readonly idempotencyKey?: string;
  /** Name of the submitter's token. */
  readonly submittedBy: string;
}

/** Port: what the service does with runs, whoever executes them. */
export interface RunService {
  readonly executor: ExecutorName;
  /** Keeps a run before it answers. Throws `UsageError` when the key belongs to a run of another spec. */
  submit(spec: ResolvedSpec, options: SubmitOptions): Promise<{ readonly id: string; readonly created: boolean }>;
  /** Throws `UsageError` when there is no such run. */
  status(id: string): Promise<RunState>;
  /** Ends a run for good; what was answered is kept. A run that has ended stays as it is. */
  cancel(id: string): Promise<RunState>;
  /** States after `afterSequence` as they come, the last one when the run has ended. Throws `UsageError` when there is no such run. */
  events(id: string, afterSequence: number, signal: AbortSignal): AsyncIterable<RunEvent>;
  /** Runs that wait and runs that are executed. */
  load(): Promise<{ readonly queued: number; readonly running: number }>;
  /** Stops the work of this process; unfinished runs go on when the service starts again. */
  close(): Promise<void>;
}

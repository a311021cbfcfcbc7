import type { ProbeFinding, VariantIdentity } from "../domain/record.ts";
import type { RunStatus } from "../domain/run-status.ts";
import type { InferenceSettings, Scoring } from "../domain/scoring.ts";
import type { ResolvedSpec } from "../spec/resolved.ts";

/** `manifest.json` of a run: how it was made. Written when the run starts, completed when it ends. */
export interface RunManifest {
  readonly schema: 1;
  readonly id: string;
  readonly spec: ResolvedSpec;
  /** sha256 over what decides the answers: models, tasks, templates, data and seed; no paths. */
  readonly specHash: string;
  readonly versions: { readonly quantgate: string; readonly node: string };
  readonly host: {
    readonly platform: string;
    readonly cpu: string;
    readonly cores: number;
    readonly memoryBytes: number;
  };
  /** Empty while the run is queued. */
  readonly tasks: readonly TaskFacts[];
  /** Completed runs that looked at part of this run's evidence before it began; absent: none. */
  readonly earlierLooks?: readonly EarlierLook[];
  readonly status: RunStatus;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** What each backend told of itself, by variant. */
  readonly identities: Readonly<Record<string, VariantIdentity>>;
  /** What probes found before the first question, by variant. */
  readonly findings?: Readonly<Record<string, readonly ProbeFinding[]>>;
  /** Signature of each score, by task and metric. */
  readonly signatures: Scoring["signatures"];
  /** What neural scorers ran with, of several workers the first; absent where there are none. */
  readonly inference?: InferenceSettings;
  /** Who asked the service for it; absent for runs of the command line. */
  readonly submission?: Submission;
  /** Why it couldn't be completed. */
  readonly failure?: { readonly message: string; readonly hint?: string };
}

/** A run of the same name on fewer items of the same data, or on another sample of them: this run is one more chance to pass. */
export interface EarlierLook {
  readonly run: string;
  /** Ids of the variants that both runs ask. */
  readonly variants: readonly string[];
  /** Tasks that grew or were sampled anew, with the items that the earlier run took. */
  readonly tasks: readonly {
    readonly task: string;
    readonly items: number;
    /** sha256 over the ids of another sample than this run's; absent: its items are part of this run's. */
    readonly sample?: string;
  }[];
  /** Looks that the earlier run's spec declared. */
  readonly declared: number;
}

/** How a run came to the service. */
export interface Submission {
  /** Name of the token, or of whatever else asked. */
  readonly by: string;
  readonly executor: ExecutorName;
  /** Name of the schedule that asked. */
  readonly schedule?: string;
  /** Name of the stored baseline, where a model's is external. */
  readonly baseline?: string;
  /** `traceparent` that the run's spans belong to, whatever becomes of the queue; absent: it was submitted without. */
  readonly trace?: string;
}

/** Where units run: in the process that has the run, or wherever workers are. */
export const EXECUTORS = ["in-process", "bullmq"] as const;
export type ExecutorName = (typeof EXECUTORS)[number];

/** What a task's items are like, found while they are checked before the run. */
export interface TaskFacts {
  readonly task: string;
  readonly dataset: string;
  readonly datasetVersion: string;
  readonly datasetSha256: string;
  readonly templateSha256: string;
  readonly items: number;
  /** Which items a sample took, in the order of the task; absent where the task takes the dataset's first or all. */
  readonly sample?: {
    /** sha256 over the ids, a line each: equal for the same sample in the same order. */
    readonly idsSha256: string;
    readonly ids: readonly string[];
  };
  /** Worked examples before each item, and the file they come from; absent: none. */
  readonly shots?: { readonly count: number; readonly sha256: string };
  readonly itemsWithReferences: number;
  /** Mean of 1/choices: accuracy of guessing. 0 for generation tasks. */
  readonly chance: number;
}

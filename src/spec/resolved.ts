import type { Dataset } from "../dataset/dataset.ts";
import type { PostFilter } from "../dataset/manifest.ts";
import type { Sample } from "../dataset/sample.ts";
import type { GenerationKind } from "../domain/item.ts";
import type { Figure, Protocol } from "../domain/protocol.ts";
import type { Quantization } from "../domain/quantization.ts";
import type { BackendConfig, ImportedConfig } from "./backend-schema.ts";
import type { ScorersConfig } from "./schema.ts";

/** A spec whose every default is filled in, every name looked up and every path absolute. Plain data: it survives JSON. */
export interface ResolvedSpec {
  readonly name: string;
  readonly seed: number;
  readonly models: readonly ResolvedModel[];
  readonly tasks: readonly ResolvedTask[];
  /** Models are names, or folders' absolute paths. */
  readonly scorers: ScorersConfig;
  /** A built-in policy's name, or a file's absolute path; several: all must pass. */
  readonly policy: string | readonly string[];
  /** Ids of the variants that decide; absent: all but the baselines. */
  readonly candidates?: readonly string[];
  readonly dollarsPerHour?: number;
  /** The baseline answers the first items of each task again: noise of the backend itself (A/A). */
  readonly repeat?: { readonly items: number };
  /** Every variant answers the first items of each written task again, at a temperature above 0. */
  readonly sampling?: { readonly temperature: number; readonly repeats: number; readonly items: number };
  /** Looks at growing evidence that were declared, this run's included; absent: one. */
  readonly looks?: number;
}

export interface ResolvedModel {
  readonly name: string;
  readonly variants: readonly ResolvedVariant[];
  readonly baseline: {
    readonly variant: string;
    /** Why this one, in words for the report. */
    readonly reason: string;
    /** The baseline is a variant of a stored run; see `external-baseline.ts`. */
    readonly external?: true;
  };
}

export interface ResolvedVariant {
  /** `model/quantization@backend`, unique in the run. */
  readonly id: string;
  readonly model: string;
  /** What it is called: a known type, any other name, or the spec's `label` for it. */
  readonly quantization: Quantization;
  /** The spec's word for the type, where a `label` names the variant; that word isn't held against the file. */
  readonly labelledOver?: Quantization;
  readonly backendName: string;
  readonly backend: BackendConfig | ImportedConfig;
  /** A file's absolute path, or the name under which a server serves the model. */
  readonly source: string;
}

interface TaskBase {
  readonly name: string;
  readonly dataset: Dataset;
  /** Prompt template. */
  readonly prompt: string;
  /** Items of the task: of its sample, else the first so many of the dataset. */
  readonly items: number;
  readonly sample?: Sample;
  /** Worked examples before each item; absent: none. */
  readonly shots?: number;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  /** The numbers are another tool's, by this metric of it. */
  readonly imported?: { readonly metric: string };
  /** Another number about a task that is already judged: only guards look at it, and it is pooled with nothing. */
  readonly watched?: true;
}

export interface MultipleChoiceTask extends TaskBase {
  readonly type: "multiple-choice";
  readonly protocol: Protocol;
  readonly primary: Figure;
}

export interface GenerationTask extends TaskBase {
  readonly type: "generation";
  readonly kind: GenerationKind;
  readonly postFilters: readonly PostFilter[];
  /** Metrics of the user's own scorers, in alphabetical order; absent: none. */
  readonly ownMetrics?: readonly string[];
}

export type ResolvedTask = MultipleChoiceTask | GenerationTask;

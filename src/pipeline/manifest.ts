import type { VariantIdentity } from "../domain/record.ts";
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
  readonly tasks: readonly TaskFacts[];
  readonly status: "running" | "completed" | "interrupted" | "failed";
  readonly startedAt: string;
  readonly endedAt?: string;
  /** What each backend told of itself, by variant. */
  readonly identities: Readonly<Record<string, VariantIdentity>>;
  /** Recipe of each score, by task and metric. */
  readonly signatures: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** What a task's items are like, found while they are checked before the run. */
export interface TaskFacts {
  readonly task: string;
  readonly dataset: string;
  readonly datasetVersion: string;
  readonly datasetSha256: string;
  readonly templateSha256: string;
  readonly items: number;
  readonly itemsWithReferences: number;
  /** Mean of 1/choices: accuracy of guessing. 0 for generation tasks. */
  readonly chance: number;
}

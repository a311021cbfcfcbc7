import type { ProbeFinding, VariantIdentity } from "./record.ts";

/** What a run tells while it goes on, for progress displays and logs. */
export type ProgressEvent =
  | {
      readonly kind: "started";
      readonly runId: string;
      readonly location: string;
      readonly answers: number;
      readonly done: number;
    }
  /** Lines of an earlier part of the run that can't be read, and what becomes of their items. */
  | { readonly kind: "damaged"; readonly message: string }
  | { readonly kind: "variant-opening"; readonly variant: string; readonly answers: number; readonly done: number }
  | {
      readonly kind: "variant-opened";
      readonly variant: string;
      readonly identity: VariantIdentity;
      readonly loadMs: number;
      readonly findings: readonly ProbeFinding[];
    }
  | { readonly kind: "answered"; readonly variant: string; readonly task: string; readonly errored: boolean }
  | { readonly kind: "variant-done"; readonly variant: string }
  | { readonly kind: "scoring"; readonly variant: string }
  | { readonly kind: "analyzing" };

export type ProgressListener = (event: ProgressEvent) => void;

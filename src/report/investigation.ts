import type { BackendsComparison } from "../analyze/backends.ts";
import type { ExpectedLoss } from "../analyze/expected-loss.ts";
import type { Change } from "../analyze/manifest-changes.ts";
import type { RunComparison } from "../analyze/regression.ts";
import type { Verdicts } from "../gate/verdict.ts";
import type { SpecInput } from "../spec/schema.ts";
import type { RunManifest } from "../store/manifest.ts";
import type { FlipExample } from "./report-data.ts";

/** What `quantgate compare` found: everything its reports are written from. */
export interface Investigation {
  readonly schema: 1;
  readonly reference: InvestigatedRun;
  readonly newer: InvestigatedRun;
  readonly policy: string;
  readonly comparison: RunComparison;
  /** Variants of one run that the other has no counterpart for. */
  readonly unmatched: { readonly reference: readonly string[]; readonly newer: readonly string[] };
  /** Of the variants that lost or changed. */
  readonly expected: readonly ExpectedLoss[];
  /** Of the newer run: what it has on several backends. */
  readonly backends: readonly BackendsComparison[];
  /** Every item that flipped or scores less, worst first within each task. */
  readonly flips: readonly FlippedItem[];
  /** The worst of them, with both answers. */
  readonly examples: readonly FlipExample[];
  /** Why there are no examples though there are flips. */
  readonly examplesMissing?: string;
  /** Lines of scores that couldn't be read: their items were left out. Absent: none. */
  readonly damaged?: readonly string[];
  readonly rerun?: ControlledRerun;
  readonly recommendation: Advice;
}

export interface InvestigatedRun {
  readonly id: string;
  readonly name: string;
  readonly status: RunManifest["status"];
  readonly startedAt: string;
  readonly specHash: string;
  /** Absent: it wasn't decided. */
  readonly overall?: Verdicts["overall"];
}

export interface FlippedItem {
  readonly variant: string;
  readonly task: string;
  readonly item: string;
  readonly kind: "lost" | "gained" | "worse";
  /** 1 for a lost mark, −1 for a gained one; else by how much the answer's mean score fell. */
  readonly loss: number;
}

/** The experiment that tells whether a change is the cause: the newer run again, with that one thing as it was. */
export interface ControlledRerun {
  /** What is put back; of several variants or tasks that changed so, only the one named. */
  readonly change: Change;
  readonly target?: string;
  /** `spec`: running the spec is all; `hand`: the spec can't say it, so it has to be put back by hand before. */
  readonly by: "spec" | "hand";
  readonly spec: SpecInput;
}

/** The one thing to do after a comparison. */
export type Advice =
  /** Deploy what the last run that passed had; it is older than the run in question. */
  | { readonly action: "roll-back"; readonly to: string }
  /** Find the cause: run again with the likeliest change undone, and compare. */
  | { readonly action: "rerun-controlled" }
  /** Nothing changed that could be the cause: run the same spec again, with repeated answers that show the backend's noise. */
  | { readonly action: "rerun-same" }
  /** The newer run lacks what would have been compared. */
  | { readonly action: "complete-run" }
  | { readonly action: "keep" };

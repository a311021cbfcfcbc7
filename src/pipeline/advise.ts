import type { Conclusion } from "../analyze/regression.ts";

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

export function advise(
  conclusion: Conclusion,
  { lastPassing, canControl }: { readonly lastPassing?: string | undefined; readonly canControl: boolean },
): Advice {
  switch (conclusion) {
    case "regression":
      if (lastPassing !== undefined) return { action: "roll-back", to: lastPassing };
      return { action: canControl ? "rerun-controlled" : "rerun-same" };
    case "behaviour-changed":
      return { action: canControl ? "rerun-controlled" : "rerun-same" };
    case "not-compared":
      return { action: "complete-run" };
    case "no-change":
    case "equal":
      return { action: "keep" };
  }
}

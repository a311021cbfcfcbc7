import type { Conclusion } from "../analyze/regression.ts";
import type { Advice } from "../report/investigation.ts";

/** The one thing to do after a comparison. `canControl`: a change is known that could be undone. */
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

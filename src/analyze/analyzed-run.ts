import type { RunManifest } from "../store/manifest.ts";
import type { RunScores } from "./load-scores.ts";
import type { Speed } from "./speed.ts";
import type { Summary } from "./summary.ts";

/** A run that was analyzed: what it is decided and reported by. */
export interface AnalyzedRun {
  readonly manifest: RunManifest;
  readonly scores: RunScores;
  readonly summary: Summary;
  /** By variant id; not in the summary, because times differ from run to run. */
  readonly speeds: Readonly<Record<string, Speed>>;
}

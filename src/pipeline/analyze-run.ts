import { loadScores, type RunScores } from "../analyze/load-scores.ts";
import type { Speed } from "../analyze/speed.ts";
import { summarize } from "../analyze/summarize.ts";
import type { Summary } from "../analyze/summary.ts";
import type { Margins } from "../analyze/task-change.ts";
import type { Run } from "../store/run-store.ts";
import type { StoredBaseline } from "./find-baseline.ts";
import { type AnswerOrigin, graftBaselines } from "./graft-baselines.ts";
import type { RunManifest } from "./manifest.ts";

/** What a finished run comes to, before it is reported. */
export interface Analysis {
  readonly manifest: RunManifest;
  readonly scores: RunScores;
  readonly summary: Summary;
  readonly speeds: Readonly<Record<string, Speed>>;
  /** Where answers of variants are that another run gave: the stored baselines. */
  readonly origins: ReadonlyMap<string, AnswerOrigin>;
}

/**
 * Analyzes a run's scores and writes `summary.json` and `performance.json`. Stored baselines become variants of the analysis; the run's own
 * manifest stays as it is.
 */
export async function analyzeRun(
  run: Run,
  ownManifest: RunManifest,
  signal: AbortSignal,
  { baselines = [], margins }: { readonly baselines?: readonly StoredBaseline[]; readonly margins?: Margins } = {},
): Promise<Analysis> {
  const own = { manifest: ownManifest, scores: await loadScores(run, ownManifest.spec, signal) };
  const { manifest, scores, origins } = await graftBaselines(own, baselines, signal);
  const summary = summarize(scores, manifest, margins);
  const { dollarsPerHour } = manifest.spec;
  const speeds = Object.fromEntries(
    [...scores.speeds].map(([variant, meter]) => [
      variant,
      meter.speed(dollarsPerHour === undefined ? {} : { dollarsPerHour }),
    ]),
  );
  await run.write("summary.json", `${JSON.stringify(summary, null, 2)}\n`);
  await run.write("performance.json", `${JSON.stringify({ schema: 1, variants: speeds }, null, 2)}\n`);
  return { manifest, scores, summary, speeds, origins };
}

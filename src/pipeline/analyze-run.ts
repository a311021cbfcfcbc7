import type { AnalyzedRun } from "../analyze/analyzed-run.ts";
import { loadScores } from "../analyze/load-scores.ts";
import { SummaryKey } from "../analyze/summary-key.ts";
import { DEFAULT_MARGINS, type Margins } from "../analyze/task-change.ts";
import type { RunManifest } from "../store/manifest.ts";
import type { Run } from "../store/run-store.ts";
import { type AnswerOrigin, adoptBaselines } from "./adopt-baselines.ts";
import type { StoredBaseline } from "./find-baseline.ts";
import { originOf, readKeptSummary } from "./kept-summary.ts";

/** An analyzed run whose baselines may be another run's. */
export interface Analysis extends AnalyzedRun {
  /** Where answers of variants are that another run gave: the stored baselines. */
  readonly origins: ReadonlyMap<string, AnswerOrigin>;
}

export interface AnalysisOptions {
  readonly baselines?: readonly StoredBaseline[];
  /** Within which several backends are held against each other. */
  readonly margins?: Margins;
  /** Computes the summary again even where the one on disk is known to be of the same scores. */
  readonly fresh?: boolean;
}

/**
 * Analyzes a run's scores and writes `summary.json` and `performance.json`. Stored baselines become variants of the analysis; the run's own
 * manifest stays as it is.
 */
export async function analyzeRun(
  run: Run,
  ownManifest: RunManifest,
  signal: AbortSignal,
  { baselines = [], margins = DEFAULT_MARGINS, fresh = false }: AnalysisOptions = {},
): Promise<Analysis> {
  const summaryKey = new SummaryKey();
  const ownScores = await loadScores(run, ownManifest.spec, signal, (line) => summaryKey.addLine(line));
  const own = { manifest: ownManifest, scores: ownScores };
  const { manifest, scores, origins } = await adoptBaselines(own, baselines, signal);
  const { dollarsPerHour } = manifest.spec;
  const speeds = Object.fromEntries(
    [...scores.speeds].map(([variant, meter]) => [
      variant,
      meter.speed(dollarsPerHour === undefined ? {} : { dollarsPerHour }),
    ]),
  );
  // The scores of another run are not in the key.
  const key = baselines.length === 0 ? summaryKey.digest(manifest, margins) : undefined;
  const kept = key === undefined || fresh ? undefined : await readKeptSummary(run, key);
  if (kept !== undefined) return { manifest, scores, summary: kept, speeds, origins };
  const { summarize } = await import("../analyze/summarize.ts");
  const summary = summarize(scores, manifest, margins);
  const text = `${JSON.stringify(summary, null, 2)}\n`;
  const performance = { schema: 1, variants: speeds, ...(key === undefined ? {} : { summary: originOf(key, text) }) };
  await run.write("summary.json", text);
  await run.write("performance.json", `${JSON.stringify(performance, null, 2)}\n`);
  return { manifest, scores, summary, speeds, origins };
}

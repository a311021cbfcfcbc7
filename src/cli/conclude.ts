import { analyzeRun } from "../pipeline/analyze-run.ts";
import { readManifest } from "../pipeline/evaluate.ts";
import type { Run } from "../store/run-store.ts";

export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Analyzes a run whose answers are there, writes its reports and prints what it came to. */
export async function conclude(run: Run, options: OutputOptions, signal: AbortSignal): Promise<void> {
  const analysis = await analyzeRun(run, await readManifest(run), signal);
  if (options.json === true) process.stdout.write(`${JSON.stringify(analysis.summary, null, 2)}\n`);
  else {
    for (const model of analysis.summary.models)
      for (const v of model.variants) {
        const a = v.accuracy["continuation-logprob"];
        const c = v.comparison?.accuracy["continuation-logprob"];
        process.stdout.write(
          `${v.variant} ${a?.kind === "scored" ? a.value.toFixed(3) : "-"} ${c?.estimate.kind === "estimated" ? `${c.estimate.difference.toFixed(3)} [${c.estimate.lower.toFixed(3)}, ${c.estimate.upper.toFixed(3)}] -${c.lost}+${c.gained}` : ""}\n`,
        );
      }
  }
}

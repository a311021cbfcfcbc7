import { createHash } from "node:crypto";
import { z } from "zod";
import type { Summary } from "../analyze/summary.ts";
import type { Run } from "../store/run-store.ts";

/** In `performance.json`: of what the summary beside it was computed, and its sha256. */
export interface SummaryOrigin {
  readonly key: string;
  readonly sha256: string;
}

const PerformanceSchema = z.object({ summary: z.object({ key: z.string(), sha256: z.string() }) });

export function originOf(key: string, summaryText: string): SummaryOrigin {
  return { key, sha256: sha256(summaryText) };
}

/**
 * The summary that is on disk, when it is known to be computed from the same scores and not to have been touched since: computing it again
 * takes longer than everything else about deciding a finished run.
 */
export async function readKeptSummary(run: Run, key: string): Promise<Summary | undefined> {
  const [performance, text] = [await run.read("performance.json"), await run.read("summary.json")];
  if (performance === undefined || text === undefined) return undefined;
  try {
    const origin = PerformanceSchema.safeParse(JSON.parse(performance)).data?.summary;
    if (origin?.key !== key || origin.sha256 !== sha256(text)) return undefined;
    return JSON.parse(text) as Summary;
  } catch {
    return undefined;
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

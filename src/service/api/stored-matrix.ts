import type { Summary } from "../../analyze/summary.ts";
import { type CompatibilityMatrix, compatibilityMatrix, publishedMatrix } from "../../gate/compatibility.ts";
import type { RunStore } from "../../store/run-store.ts";
import { HttpProblem } from "./problem.ts";
import { documentOf, openRun } from "./stored-runs.ts";

/** Runs of a matrix that nobody named. */
const MOST_RUNS = 100;

/** The compatibility matrix of some runs, of the newest completed ones, or as published. Throws `HttpProblem` 409 for a run without results. */
export async function storedMatrix(
  store: RunStore,
  { runs, published }: { readonly runs?: string | undefined; readonly published?: "true" | undefined },
): Promise<CompatibilityMatrix> {
  if (published === "true") {
    if (runs === undefined) return publishedMatrix();
    throw new HttpProblem("invalid-request", "`runs` and `published` exclude each other");
  }
  if (runs !== undefined) {
    const texts: string[] = [];
    for (const id of new Set(runs.split(","))) texts.push(await documentOf(store, id, "summary.json"));
    return compatibilityMatrix(texts.map((text) => JSON.parse(text) as Summary));
  }
  const { runs: cards } = await store.find({ statuses: ["completed"] }, { limit: MOST_RUNS });
  const summaries: Summary[] = [];
  for (const { id } of cards) {
    // A run that ended without results, or was deleted meanwhile, has no cells.
    const text = await openRun(store, id).then(
      (run) => run.read("summary.json"),
      () => undefined,
    );
    if (text !== undefined) summaries.push(JSON.parse(text) as Summary);
  }
  return compatibilityMatrix(summaries);
}

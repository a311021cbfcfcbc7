import type { Summary } from "../analyze/summary.ts";
import { UsageError } from "../domain/errors.ts";
import type { Verdicts } from "../gate/verdict.ts";
import type { RunEvidence } from "../recommend/evidence.ts";
import type { RunStore } from "../store/run-store.ts";
import { runNamed } from "./find-baseline.ts";

/** Stored runs that are looked through where none is named. */
const RECENT = 100;

/**
 * Summaries and verdicts of the runs of these names, or of the newest completed ones where none is named, oldest first. Throws `UsageError`
 * for a name that is none, or a run that was not decided.
 */
export async function gatherEvidence(store: RunStore, names: readonly string[]): Promise<readonly RunEvidence[]> {
  const named = names.length > 0;
  const ids = named
    ? await Promise.all(names.map((name) => runNamed(name, store)))
    : (await store.find({ statuses: ["completed"] }, { limit: RECENT })).runs.map(({ id }) => id).reverse();
  const evidence: RunEvidence[] = [];
  for (const id of new Set(ids)) {
    const run = await store.open(id);
    const [summary, verdicts] = await Promise.all([run.read("summary.json"), run.read("verdicts.json")]);
    if (summary !== undefined && verdicts !== undefined) {
      evidence.push({ run: id, summary: JSON.parse(summary) as Summary, verdicts: JSON.parse(verdicts) as Verdicts });
    } else if (named) {
      throw new UsageError(`run ${id} was not decided: it has no verdicts`, {
        hint: `quantgate report ${id} decides it`,
      });
    }
  }
  return evidence;
}

import { matchRuns } from "../../analyze/match-runs.ts";
import { builtInPolicy } from "../../gate/policies.ts";
import { lastPassing } from "../../pipeline/find-baseline.ts";
import { investigate } from "../../pipeline/investigate.ts";
import { baselineNamed, LAST_PASSING } from "../../pipeline/named-baselines.ts";
import type { Investigation } from "../../report/investigation.ts";
import { readManifest } from "../../store/read-manifest.ts";
import type { Run, RunStore } from "../../store/run-store.ts";
import { HttpProblem } from "./problem.ts";

/** The run that a name means as the reference of another: a named one, `last-passing` of its first model, or the run of that id. */
export async function referenceOf(name: string, newer: Run, store: RunStore): Promise<string> {
  if (name !== LAST_PASSING) return (await baselineNamed(name, store)) ?? name;
  const model = (await readManifest(newer)).spec.models[0]?.name ?? "";
  const found = await lastPassing(model, store, { before: newer.id });
  if (found !== undefined) return found;
  throw new HttpProblem("not-found", `no run of ${model} before ${newer.id} has passed`);
}

/** What changed from one finished run to another, by the default policy's margins. Throws `HttpProblem` 409 for runs that have no results. */
export async function compareStoredRuns(
  reference: Run,
  newer: Run,
  store: RunStore,
  signal: AbortSignal,
): Promise<Investigation> {
  for (const run of [reference, newer]) {
    if ((await run.read("summary.json")) === undefined)
      throw new HttpProblem("not-ready", `run ${run.id} has no results yet`, { hint: "compare it when it has ended" });
  }
  const [before, after] = [await readManifest(reference), await readManifest(newer)];
  const { pairs, onlyReference, onlyNewer } = matchRuns(before.spec, after.spec);
  if (pairs.length === 0)
    throw new HttpProblem("not-ready", "the two runs have no variant in common", {
      hint: "compare runs of the same model and quantizations",
    });
  return investigate(reference, newer, store, {
    policy: builtInPolicy("default"),
    pairs,
    unmatched: { reference: onlyReference, newer: onlyNewer },
    unpaired: false,
    signal,
  });
}

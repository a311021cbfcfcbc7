import type { RunManifest, TaskFacts } from "../store/manifest.ts";
import type { RunStore } from "../store/run-store.ts";
import type { RunScorers } from "./evaluation.ts";
import { findEarlierLooks } from "./find-earlier-looks.ts";
import { thisHost } from "./new-manifest.ts";
import { scoringOf } from "./scorer-recipes.ts";

/** A new run's manifest as its first question is asked: on which machine, of what data, after which looks and with what scorers. */
export async function begunManifest(
  manifest: RunManifest,
  tasks: readonly TaskFacts[],
  scorers: RunScorers,
  store: RunStore,
): Promise<RunManifest> {
  const looks = await findEarlierLooks(store, { spec: manifest.spec, tasks });
  return {
    ...manifest,
    host: thisHost(),
    tasks,
    ...(looks.length === 0 ? {} : { earlierLooks: looks }),
    ...scoringOf(scorers),
    status: "running",
  };
}

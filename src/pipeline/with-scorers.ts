import type { ItemSource } from "../dataset/item-source.ts";
import type { ResolvedSpec } from "../spec/resolved.ts";
import type { TaskFacts } from "../store/manifest.ts";
import type { EvaluationServices, RunScorers } from "./evaluation.ts";
import { inspectTasks } from "./inspect-tasks.ts";
import { openSources } from "./open-sources.ts";

/** A spec's data, what is known of it, and what scores answers to it. */
export interface OpenedTasks {
  readonly sources: ReadonlyMap<string, ItemSource>;
  readonly facts: readonly TaskFacts[];
  readonly scorers: RunScorers;
}

/** Opens a spec's data and scorers for the time of `work`. `known`: the tasks' facts, from a run that has begun; absent: they are found out. */
export async function withScorers(
  spec: ResolvedSpec,
  known: readonly TaskFacts[] | undefined,
  services: Pick<EvaluationServices, "openScorers">,
  signal: AbortSignal,
  work: (opened: OpenedTasks) => Promise<void>,
): Promise<void> {
  const { byTask: sources, close } = await openSources(spec.tasks, signal);
  try {
    const facts = known ?? (await inspectTasks(spec, sources, signal));
    const scorers = await services.openScorers({ spec, facts, sources }, signal);
    try {
      await work({ sources, facts, scorers });
    } finally {
      await scorers.close();
    }
  } finally {
    await close();
  }
}

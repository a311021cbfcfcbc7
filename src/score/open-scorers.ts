import type { ResolvedTask } from "../spec/resolved.ts";
import { type Metric, metricsOf } from "./metrics-by-kind.ts";
import type { TaskScorers } from "./score-answers.ts";
import type { Scorer } from "./scorer.ts";

/** Makes the scorer of a metric for a task, or says why there is none. */
export type ScorerFactory = (metric: Metric, task: ResolvedTask) => Promise<Scorer | { readonly unavailable: string }>;

/** The scorers of every generation task, by task name. A scorer that serves several tasks is opened once by the factory. */
export async function openScorers(
  tasks: readonly ResolvedTask[],
  itemsWithReferences: ReadonlyMap<string, number>,
  factory: ScorerFactory,
): Promise<ReadonlyMap<string, TaskScorers>> {
  const byTask = new Map<string, TaskScorers>();
  for (const task of tasks) {
    if (task.type !== "generation") continue;
    const scorers: Scorer[] = [];
    const unavailable: Record<string, string> = {};
    for (const metric of metricsOf(task.kind, { references: (itemsWithReferences.get(task.name) ?? 0) > 0 })) {
      const made = await factory(metric, task);
      if ("unavailable" in made) unavailable[metric] = made.unavailable;
      else scorers.push(made);
    }
    byTask.set(task.name, { scorers, unavailable });
  }
  return byTask;
}

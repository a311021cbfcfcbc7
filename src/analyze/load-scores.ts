import type { VariantIdentity } from "../domain/record.ts";
import type { ScoreLine } from "../domain/score-row.ts";
import { variantsOf } from "../plan/plan.ts";
import type { ResolvedSpec } from "../spec/resolved.ts";
import { type Run, START } from "../store/run-store.ts";
import { SpeedMeter } from "./speed.ts";
import { TaskItems, TaskScores } from "./task-scores.ts";

/** A run's scores in columns, and what its backends told of themselves. */
export interface RunScores {
  readonly spec: ResolvedSpec;
  /** By variant id, then task name; a pair without any row is there with every item absent. */
  readonly tasks: ReadonlyMap<string, ReadonlyMap<string, TaskScores>>;
  readonly identities: ReadonlyMap<string, VariantIdentity>;
  readonly speeds: ReadonlyMap<string, SpeedMeter>;
}

/** Reads a run's score rows, streamed, into columns. */
export async function loadScores(run: Run, spec: ResolvedSpec, signal: AbortSignal): Promise<RunScores> {
  const items = new Map(spec.tasks.map((task) => [task.name, new TaskItems()]));
  const tasks = new Map(
    variantsOf(spec).map((variant) => [
      variant.id,
      new Map(spec.tasks.map((task) => [task.name, new TaskScores(task, items.get(task.name) ?? new TaskItems())])),
    ]),
  );
  const identities = new Map<string, VariantIdentity>();
  const speeds = new Map(variantsOf(spec).map((variant) => [variant.id, new SpeedMeter()]));
  for await (const { text } of run.lines("scores", START, signal)) {
    const line = JSON.parse(text) as ScoreLine;
    if (line.type === "opened") {
      if (!identities.has(line.variant)) identities.set(line.variant, line.identity);
      speeds.get(line.variant)?.addLoad(line.loadMs);
    } else {
      tasks.get(line.variant)?.get(line.task)?.add(line);
      if (line.tokens !== undefined && line.timings !== undefined)
        speeds.get(line.variant)?.addAnswer(line.result.kind, line.tokens, line.timings);
    }
  }
  return { spec, tasks, identities, speeds };
}

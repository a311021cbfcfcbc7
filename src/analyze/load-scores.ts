import { type Pass, passOf } from "../domain/pass.ts";
import type { VariantIdentity } from "../domain/record.ts";
import type { ScoreLine } from "../domain/score-row.ts";
import { variantsOf } from "../plan/plan.ts";
import type { ResolvedSpec, ResolvedTask } from "../spec/resolved.ts";
import { type Run, START } from "../store/run-store.ts";
import type { VariantScores } from "./compare.ts";
import { SpeedMeter } from "./speed.ts";
import { TaskItems, TaskScores } from "./task-scores.ts";

/** A run's scores in columns, and what its backends told of themselves. */
export interface RunScores {
  readonly spec: ResolvedSpec;
  /** The main pass, by variant id, then task name; a pair without any row is there with every item absent. */
  readonly tasks: ReadonlyMap<string, VariantScores>;
  /** The baselines' repeated answers, by variant id; only what was asked again. */
  readonly repeats: ReadonlyMap<string, VariantScores>;
  /** Rounds of sampled answers, by variant id. */
  readonly samples: ReadonlyMap<string, readonly VariantScores[]>;
  readonly identities: ReadonlyMap<string, VariantIdentity>;
  readonly speeds: ReadonlyMap<string, SpeedMeter>;
}

/** Reads a run's score rows, streamed, into columns. */
export async function loadScores(run: Run, spec: ResolvedSpec, signal: AbortSignal): Promise<RunScores> {
  const columns = new Columns(spec);
  const identities = new Map<string, VariantIdentity>();
  const speeds = new Map(variantsOf(spec).map((variant) => [variant.id, new SpeedMeter()]));
  for (const variant of variantsOf(spec)) for (const task of spec.tasks) columns.of("main", variant.id, task.name);
  for await (const { text } of run.lines("scores", START, signal)) {
    const line = JSON.parse(text) as ScoreLine;
    if (line.type === "opened") {
      if (!identities.has(line.variant)) identities.set(line.variant, line.identity);
      speeds.get(line.variant)?.addLoad(line.loadMs);
    } else {
      columns.of(passOf(line), line.variant, line.task)?.add(line);
      if (line.tokens !== undefined && line.timings !== undefined) {
        speeds.get(line.variant)?.addAnswer(line.result.kind, line.tokens, line.timings);
      }
    }
  }
  const samples = new Map<string, VariantScores[]>();
  for (const [pass, variants] of columns.byPass) {
    if (pass === "main" || pass === "repeat") continue;
    for (const [variant, scores] of variants) samples.set(variant, [...(samples.get(variant) ?? []), scores]);
  }
  const none = new Map<string, VariantScores>();
  return {
    spec,
    tasks: columns.byPass.get("main") ?? none,
    repeats: columns.byPass.get("repeat") ?? none,
    samples,
    identities,
    speeds,
  };
}

/** Columns of every pass, variant and task, made when the first row comes. */
class Columns {
  readonly byPass = new Map<Pass, Map<string, Map<string, TaskScores>>>();
  readonly #tasks: ReadonlyMap<string, ResolvedTask>;
  readonly #items: ReadonlyMap<string, TaskItems>;
  readonly #variants: ReadonlySet<string>;

  constructor(spec: ResolvedSpec) {
    this.#tasks = new Map(spec.tasks.map((task) => [task.name, task]));
    this.#items = new Map(spec.tasks.map((task) => [task.name, new TaskItems()]));
    this.#variants = new Set(variantsOf(spec).map((variant) => variant.id));
  }

  of(pass: Pass, variant: string, taskName: string): TaskScores | undefined {
    const task = this.#tasks.get(taskName);
    const items = this.#items.get(taskName);
    if (task === undefined || items === undefined || !this.#variants.has(variant)) return undefined;
    const variants = getOrMake(this.byPass, pass, () => new Map<string, Map<string, TaskScores>>());
    const tasks = getOrMake(variants, variant, () => new Map<string, TaskScores>());
    return getOrMake(tasks, taskName, () => new TaskScores(task, items));
  }
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

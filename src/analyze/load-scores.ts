import { type Pass, passOf } from "../domain/pass.ts";
import type { OpenedRecord, VariantIdentity } from "../domain/record.ts";
import type { ScoreRow } from "../domain/score-row.ts";
import { variantsOf } from "../plan/plan.ts";
import type { ResolvedSpec, ResolvedTask } from "../spec/resolved.ts";
import { Damage } from "../store/damage.ts";
import { readLines } from "../store/read-lines.ts";
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
  /** What happened while a variant was asked, by variant id; of those that answered or erred. */
  readonly incidents: ReadonlyMap<string, Incidents>;
  /** What is said of lines that couldn't be read, a sentence for each stream; their items are absent. */
  readonly damaged: readonly string[];
}

/** What may have moved a variant's answers, or kept them away. */
export interface Incidents {
  /** Builds of the program that answered, each time that the variant was opened; more than one: it changed on the way. */
  readonly builds: readonly string[];
  /** Items that were refused because the server had too much to do. */
  readonly overloaded: number;
}

/** Kind of the error by which a backend says that it throttles. */
const OVERLOADED = "overloaded";

/** Reads a run's score rows, streamed, into columns. `onLine` is given every line that counts as it is stored. */
export async function loadScores(
  run: Run,
  spec: ResolvedSpec,
  signal: AbortSignal,
  onLine?: (text: string) => void,
): Promise<RunScores> {
  const columns = new Columns(spec);
  const first = new Map<string, OpenedRecord>();
  const speeds = new Map(variantsOf(spec).map((variant) => [variant.id, new SpeedMeter()]));
  const openings = new Set<string>();
  const incidents = new Map<string, { builds: Set<string>; overloaded: number }>();
  const incidentsOf = (variant: string) => {
    const known = incidents.get(variant) ?? { builds: new Set<string>(), overloaded: 0 };
    incidents.set(variant, known);
    return known;
  };
  const damage = new Damage();
  for await (const { line, text } of readLines(run, "scores", START, { onDamage: damage.add, signal })) {
    onLine?.(text);
    if (line.type === "opened") {
      // A resumed run is scored from its first record on, and copies what stands between the answers again.
      const opening = `${line.variant}\n${line.at}`;
      if (openings.has(opening)) continue;
      openings.add(opening);
      incidentsOf(line.variant).builds.add(line.identity.build);
      // The first by time: the order of lines is that in which they came in.
      const known = first.get(line.variant);
      if (known === undefined || line.at < known.at) first.set(line.variant, line);
      speeds.get(line.variant)?.addLoad(line.loadMs);
    } else {
      columns.add(line);
      if (line.result.kind === "missing" && line.result.error === OVERLOADED) incidentsOf(line.variant).overloaded += 1;
      if (line.tokens !== undefined && line.timings !== undefined) {
        speeds.get(line.variant)?.addAnswer(line.result.kind, line.tokens, line.timings, Date.parse(line.at ?? ""));
      }
    }
  }
  const samples = new Map<string, VariantScores[]>();
  for (const pass of columns.samplePasses()) {
    for (const [variant, scores] of columns.ofPass(pass))
      samples.set(variant, [...(samples.get(variant) ?? []), scores]);
  }
  const identities = new Map([...first].map(([variant, { identity }]) => [variant, identity]));
  return {
    spec,
    tasks: columns.ofPass("main"),
    repeats: columns.ofPass("repeat"),
    samples,
    identities,
    speeds,
    incidents: new Map(
      [...incidents].map(([variant, { builds, overloaded }]) => [variant, { builds: [...builds].sort(), overloaded }]),
    ),
    damaged: damage.describe(run),
  };
}

/** Columns of every pass, variant and task, made when the first row comes and given in the spec's order, whatever that of the rows. */
class Columns {
  readonly #spec: ResolvedSpec;
  readonly #tasks: ReadonlyMap<string, ResolvedTask>;
  readonly #items: ReadonlyMap<string, TaskItems>;
  readonly #columns = new Map<string, TaskScores>();
  readonly #passes = new Set<Pass>();

  constructor(spec: ResolvedSpec) {
    this.#spec = spec;
    this.#tasks = new Map(spec.tasks.map((task) => [task.name, task]));
    this.#items = new Map(spec.tasks.map((task) => [task.name, new TaskItems()]));
  }

  add(row: ScoreRow): void {
    const task = this.#tasks.get(row.task);
    if (task !== undefined) this.#of(passOf(row), row.variant, task).add(row);
  }

  /** By variant, then task; of the main pass every one, of the others those with rows. */
  ofPass(pass: Pass): ReadonlyMap<string, VariantScores> {
    const variants = new Map<string, VariantScores>();
    for (const { id } of variantsOf(this.#spec)) {
      const has = (task: ResolvedTask): boolean => pass === "main" || this.#columns.has(keyOf(pass, id, task.name));
      const tasks = this.#spec.tasks.filter(has).map((task) => [task.name, this.#of(pass, id, task)] as const);
      if (tasks.length > 0) variants.set(id, new Map(tasks));
    }
    return variants;
  }

  /** The rounds of sampling, first to last. */
  samplePasses(): readonly Pass[] {
    const round = (pass: Pass): number => Number(pass.slice("sample-".length));
    return [...this.#passes].filter((pass) => pass.startsWith("sample-")).sort((a, b) => round(a) - round(b));
  }

  #of(pass: Pass, variant: string, task: ResolvedTask): TaskScores {
    const key = keyOf(pass, variant, task.name);
    const columns = this.#columns.get(key) ?? new TaskScores(task, this.#items.get(task.name) ?? new TaskItems());
    this.#columns.set(key, columns);
    this.#passes.add(pass);
    return columns;
  }
}

function keyOf(pass: Pass, variant: string, task: string): string {
  return `${pass}\n${variant}\n${task}`;
}

import type { Manifest } from "../dataset/manifest.ts";
import { UsageError } from "../domain/errors.ts";
import type { Quantization } from "../domain/quantization.ts";
import { chooseBaseline } from "../spec/choose-baseline.ts";
import type { ResolvedSpec, ResolvedTask, ResolvedVariant } from "../spec/resolved.ts";
import type { TaskFacts } from "../store/manifest.ts";
import type { TaskColumn } from "./task-table.ts";

/** One variant of an imported run. */
export interface ImportedVariant {
  readonly quantization: Quantization;
  readonly tool: string;
  /** Where its results were found. */
  readonly source: string;
}

export interface ImportedTask {
  readonly column: TaskColumn;
  readonly task: ResolvedTask;
  readonly facts: TaskFacts;
}

const BENCHMARKS: readonly (readonly [RegExp, string])[] = [
  [/^mmlu(?:_|$)/, "mmlu"],
  [/^arc_challenge/, "arc-challenge"],
];

/**
 * The tasks of an imported run: each task's first metric decides, every other one of it only watches and is pooled with nothing. Metrics outside of
 * [0, 1] are left out.
 */
export function importedTasks(columns: readonly TaskColumn[], tool: string): readonly ImportedTask[] {
  const usable = columns.filter(({ bounded }) => bounded);
  const first = new Map<string, string>();
  for (const { task, metric } of usable) if (!first.has(task)) first.set(task, metric);
  return usable.map((column) => {
    const watched = first.get(column.task) !== column.metric;
    const task = taskOf(column, watched, tool);
    return { column, task, facts: factsOf(column, task) };
  });
}

/** The spec that the results are an answer to. Throws `UsageError` where it is unclear which variant is the baseline. */
export function importedSpec(
  name: string,
  variants: readonly ImportedVariant[],
  tasks: readonly ImportedTask[],
  { policy, baseline }: { readonly policy: string; readonly baseline?: Quantization },
): ResolvedSpec {
  const resolved = variants.map(
    ({ quantization, tool, source }): ResolvedVariant => ({
      id: `${name}/${quantization}@imported`,
      model: name,
      quantization,
      backendName: "imported",
      backend: { type: "imported", tool },
      source,
    }),
  );
  const choice = chooseBaseline(
    resolved.map(({ id, quantization }) => ({ id, quantization, declared: quantization === baseline })),
  );
  if (choice.kind === "unclear")
    throw new UsageError(`which is the baseline? ${choice.problem}`, { hint: "name it: --baseline <label>" });
  return {
    name,
    seed: 0,
    models: [{ name, variants: resolved, baseline: { variant: choice.variant, reason: choice.reason } }],
    tasks: tasks.map(({ task }) => task),
    scorers: NO_SCORERS,
    policy,
  };
}

/** Nothing is scored here: the tool's own numbers are taken as told. */
const NO_SCORERS: ResolvedSpec["scorers"] = {
  bertscore: { model: "roberta-large", idf: false, rescale: false },
  coherence: { model: "all-mpnet-base-v2", perSentence: true },
  neural: "skip",
  provider: "cpu",
};

function taskOf(column: TaskColumn, watched: boolean, tool: string): ResolvedTask {
  const { task, metric, items, binary } = column;
  const name = watched ? `${task}:${metric}` : task;
  const common = {
    name,
    dataset: { folder: "", manifest: manifestOf(column, tool) },
    prompt: "as the tool asked",
    items: items.size,
    maxTokens: 1,
    stop: [],
    imported: { metric },
    ...(watched ? { watched: true as const } : {}),
  };
  return binary
    ? { ...common, type: "multiple-choice", protocol: watched ? "imported-watched" : "imported", primary: "acc" }
    : { ...common, type: "generation", kind: "qa", postFilters: [] };
}

function manifestOf({ task, items, binary, itemsSha256 }: TaskColumn, tool: string): Manifest {
  const benchmark = BENCHMARKS.find(([pattern]) => pattern.test(task))?.[1];
  return {
    name: task,
    version: "imported",
    licence: "not told",
    source: tool,
    description: `Answers and numbers as ${tool} wrote them`,
    type: binary ? "multiple-choice" : "generation",
    ...(binary ? {} : { kind: "qa" as const }),
    ...(benchmark === undefined ? {} : { benchmark }),
    prompt: "as the tool asked",
    items: items.size,
    file: "imported",
    sha256: itemsSha256,
    fields: {},
    defaults: {},
  };
}

function factsOf({ items, chance, itemsSha256, binary }: TaskColumn, task: ResolvedTask): TaskFacts {
  return {
    task: task.name,
    dataset: task.dataset.manifest.name,
    datasetVersion: "imported",
    datasetSha256: itemsSha256,
    templateSha256: itemsSha256,
    items: items.size,
    itemsWithReferences: items.size,
    chance: binary ? chance : 0,
  };
}

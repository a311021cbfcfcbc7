import { join } from "node:path";
import type { Backend } from "./backend/backend.ts";
import { type DatasetFinder, datasetFinder } from "./dataset/find.ts";
import type { Env } from "./env.ts";
import { InProcessExecutor } from "./executor/in-process.ts";
import { packageRoot, packageVersion } from "./package-root.ts";
import type { EvaluationServices, RunScorers } from "./pipeline/evaluate.ts";
import type { TaskFacts } from "./pipeline/manifest.ts";
import { openScorers, type ScorerFactory } from "./score/open-scorers.ts";
import { TEXT_SCORERS } from "./score/text-scorers.ts";
import type { ResolvedTask, ResolvedVariant } from "./spec/resolved.ts";
import { FileStore } from "./store/file-store.ts";

/** Bundled datasets first, then those that were pulled or imported into the cache. */
export function findDatasets(env: Env): DatasetFinder {
  return datasetFinder([join(packageRoot(), "datasets"), join(env.cacheFolder, "datasets")]);
}

export function openStore(runsFolder: string): FileStore {
  return new FileStore(runsFolder);
}

/** Everything an evaluation in this process needs, wired to the real world. */
export function evaluationServices(store: FileStore): EvaluationServices {
  return {
    store,
    executor: new InProcessExecutor(),
    openBackend,
    openScorers: scorersFor,
    now: () => new Date(),
    version: packageVersion(),
  };
}

async function openBackend(variant: ResolvedVariant, signal: AbortSignal): Promise<Backend> {
  const { openLlamaCpp } = await import("./backend/llama-cpp/open.ts");
  if (variant.backend.type !== "llama-cpp") throw new Error(`backend ${variant.backend.type} is not wired`);
  return openLlamaCpp(variant.source, variant.backend, signal);
}

async function scorersFor(tasks: readonly ResolvedTask[], facts: readonly TaskFacts[]): Promise<RunScorers> {
  const factory: ScorerFactory = async (metric) => {
    const make = TEXT_SCORERS[metric];
    return make === undefined ? { unavailable: `no model for ${metric} is set up` } : make();
  };
  const references = new Map(facts.map((fact) => [fact.task, fact.itemsWithReferences]));
  const byTask = await openScorers(tasks, references, factory);
  return {
    byTask,
    close: async () => {
      for (const set of byTask.values()) for (const scorer of set.scorers) await scorer.close();
    },
  };
}

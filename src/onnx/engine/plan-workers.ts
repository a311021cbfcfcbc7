import { availableParallelism, totalmem } from "node:os";

/** The machine, as far as inference cares. */
export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
}

/** How inference is spread over a machine: so many threads of this process, each running models on so many cores. */
export interface WorkerPlan {
  readonly workers: number;
  readonly threadsPerWorker: number;
}

/** What this process may use: a container's limits count. */
export function thisMachine(): Machine {
  const limit = process.constrainedMemory();
  return { cores: availableParallelism(), memoryBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem() };
}

/** Weights of a large encoder (roberta-large, cut at its layer, with working memory). */
const WORKER_BYTES = 1.5 * 2 ** 30;
/** The generating backend may need the rest. */
const MEMORY_SHARE = 0.25;

/**
 * One worker a core is the fastest plan by 10 to 15 % (each run stays on one core), but every worker holds its own copy of the
 * weights. Where memory doesn't allow that, fewer workers share the cores.
 */
export function planWorkers({ cores, memoryBytes }: Machine): WorkerPlan {
  const affordable = Math.max(1, Math.floor((memoryBytes * MEMORY_SHARE) / WORKER_BYTES));
  const workers = Math.min(cores, affordable);
  return { workers, threadsPerWorker: Math.max(1, Math.floor(cores / workers)) };
}

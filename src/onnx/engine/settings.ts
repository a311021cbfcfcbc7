import type { InferenceSettings } from "../../domain/scoring.ts";
import type { ExecutionProvider } from "../encoder-spec.ts";
import { runtimeVersion } from "../runtime-version.ts";
import { planWorkers, thisMachine } from "./plan-workers.ts";

/** What can be set; everything else is chosen from the machine. */
export interface EngineOptions {
  readonly provider?: ExecutionProvider;
  readonly workers?: number;
  readonly threadsPerWorker?: number;
  /** Most tokens in one batch. Above some hundred, larger batches gain nothing and only take longer to cancel. */
  readonly tokenSlots?: number;
  /** Most memory for embeddings that may be needed again. */
  readonly recentBytes?: number;
  /** Where embeddings (and cut models whose own folder can't be written) are kept; without it nothing is kept. */
  readonly cacheFolder?: string;
  readonly cacheBytes?: number;
}

/** What the engine runs with, for the run's manifest. */
export interface EngineSettings extends InferenceSettings {
  readonly provider: ExecutionProvider;
}

export const DEFAULT_RECENT_BYTES = 256 * 2 ** 20;
export const DEFAULT_CACHE_BYTES = 4 * 2 ** 30;
const DEFAULT_TOKEN_SLOTS = 512;

/** Fills in what the options leave open. */
export function engineSettings(options: EngineOptions): EngineSettings {
  const plan = planWorkers(thisMachine());
  return {
    provider: options.provider ?? "cpu",
    workers: options.workers ?? plan.workers,
    threadsPerWorker: options.threadsPerWorker ?? plan.threadsPerWorker,
    tokenSlots: options.tokenSlots ?? DEFAULT_TOKEN_SLOTS,
    runtime: runtimeVersion(),
  };
}

import type { BackendConfig, ServerConfig } from "../spec/backend-schema.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import { AnswerCache } from "./answer-cache.ts";
import { type Backend, BackendError } from "./backend.ts";
import { withCache } from "./cached.ts";
import { backoffMs, ResilientBackend } from "./resilient.ts";
import type { BackendDeps, ServerBackend } from "./server-backend.ts";

/**
 * Opens the backend of a variant, with patience where it is a server, and with a cache of answers where `deps` has a folder for it. The code of
 * a backend is loaded when it is used. Throws `BackendError`, `UsageError` or `RunError` when it can't be opened.
 */
export async function openBackend(variant: ResolvedVariant, deps: BackendDeps, signal: AbortSignal): Promise<Backend> {
  const { backend: config, source } = variant;
  if (config.type === "recorded") {
    const { openRecorded } = await import("./recorded/open.ts");
    return openRecorded(source, config, signal);
  }
  const backend = await openComputing(variant, config, deps, signal);
  return deps.cacheFolder === undefined ? backend : withCache(backend, new AnswerCache(deps.cacheFolder));
}

async function openComputing(
  { source, quantization }: ResolvedVariant,
  config: Exclude<BackendConfig, { type: "recorded" }>,
  deps: BackendDeps,
  signal: AbortSignal,
): Promise<Backend> {
  switch (config.type) {
    case "llama-cpp":
      return (await import("./llama-cpp/open.ts")).openLlamaCpp(source, config, signal);
    case "transformers": {
      const { openTransformers } = await import("./transformers/open.ts");
      return openTransformers(source, quantization, config, deps.locateModel, signal);
    }
    default:
      return new ResilientBackend(await openPatiently(source, config, deps, signal), config, deps);
  }
}

/** A server that is just being restarted gets a few tries; one that was never there is told about within seconds. */
async function openPatiently(
  model: string,
  config: ServerConfig,
  deps: BackendDeps,
  signal: AbortSignal,
): Promise<ServerBackend> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await openServer(model, config, deps, signal);
    } catch (error) {
      if (!(error instanceof BackendError) || !error.retryable || attempt >= config.retries) throw error;
      await deps.sleep(error.retryAfterMs ?? backoffMs(attempt, deps.random), signal);
    }
  }
}

async function openServer(
  model: string,
  config: ServerConfig,
  deps: BackendDeps,
  signal: AbortSignal,
): Promise<ServerBackend> {
  switch (config.type) {
    case "ollama":
      return (await import("./ollama/open.ts")).openOllama(model, config, signal, deps);
    case "openai":
      return (await import("./openai/open.ts")).openOpenAi(model, config, signal, deps);
    case "tgi":
      return (await import("./tgi/open.ts")).openTgi(model, config, signal, deps);
    case "llama-server":
      return (await import("./llama-server/open.ts")).openLlamaServer(model, config, signal, deps);
  }
}

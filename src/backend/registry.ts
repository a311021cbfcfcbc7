import { UsageError } from "../domain/errors.ts";
import type { BackendConfig, ServerConfig } from "../spec/backend-schema.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import { AnswerCache } from "./answer-cache.ts";
import { type Backend, BackendError } from "./backend.ts";
import { withCache } from "./cached.ts";
import { backoffMs, ResilientBackend } from "./resilient.ts";
import type { BackendDeps, ServerBackend } from "./server-backend.ts";
import { openOnServer, type ServerKind } from "./server-frame.ts";

const SERVERS: Readonly<Record<ServerConfig["type"], () => Promise<ServerKind>>> = {
  ollama: async () => (await import("./ollama/answers.ts")).ollama,
  openai: async () => (await import("./openai/answers.ts")).openai,
  tgi: async () => (await import("./tgi/answers.ts")).tgi,
  "llama-server": async () => (await import("./llama-server/answers.ts")).llamaServer,
};

/**
 * Opens the backend of a variant, with patience where it is a server, and with a cache of answers where `deps` has a folder for it. The code of
 * a backend is loaded when it is used. Throws `BackendError`, `UsageError` or `RunError` when it can't be opened.
 */
export async function openBackend(variant: ResolvedVariant, deps: BackendDeps, signal: AbortSignal): Promise<Backend> {
  const { backend: config, source } = variant;
  if (config.type === "imported")
    throw new UsageError(`${variant.id} holds another tool's results and can't be asked again`, {
      hint: "import them anew, or write a spec that asks the model itself",
    });
  if (config.type === "recorded") {
    const { openRecorded } = await import("./recorded/open.ts");
    return openRecorded(source, config, signal);
  }
  const backend = await openComputing(variant, config, deps, signal);
  return deps.cacheFolder === undefined ? backend : withCache(backend, new AnswerCache(deps.cacheFolder));
}

async function openComputing(
  { source, quantization, labelledOver = quantization }: ResolvedVariant,
  config: Exclude<BackendConfig, { type: "recorded" }>,
  deps: BackendDeps,
  signal: AbortSignal,
): Promise<Backend> {
  switch (config.type) {
    case "llama-cpp":
      return (await import("./llama-cpp/open.ts")).openLlamaCpp(source, config, signal);
    case "transformers": {
      const { openTransformers } = await import("./transformers/open.ts");
      return openTransformers(source, labelledOver, config, deps.locateModel, signal);
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
      return await openServer(model, config, signal, deps);
    } catch (error) {
      if (!(error instanceof BackendError) || !error.retryable || attempt >= config.retries) throw error;
      await deps.sleep(error.retryAfterMs ?? backoffMs(attempt, deps.random), signal);
    }
  }
}

/** Opens a variant's server as it is, without patience or cache. */
export async function openServer(
  model: string,
  config: ServerConfig,
  signal: AbortSignal,
  deps: BackendDeps,
): Promise<ServerBackend> {
  return openOnServer(await SERVERS[config.type](), model, config, signal, deps);
}

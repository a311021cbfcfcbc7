import type { LookupFunction } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { observed } from "./backend/observed.ts";
import { realBackendDeps } from "./backend/real-deps.ts";
import { openBackend } from "./backend/registry.ts";
import { type DatasetFinder, datasetFinder } from "./dataset/find.ts";
import type { Env } from "./env.ts";
import { InProcessExecutor } from "./executor/in-process.ts";
import { packageRoot, packageVersion } from "./package-root.ts";
import type { EvaluationServices } from "./pipeline/evaluation.ts";
import { FileStore } from "./store/file-store.ts";
import { PostgresStore } from "./store/postgres/postgres-store.ts";
import type { RunStore } from "./store/run-store.ts";

/** Bundled datasets first, then those that were pulled or imported into the cache. */
export function findDatasets(env: Env): DatasetFinder {
  return datasetFinder([join(packageRoot(), "datasets"), join(env.cacheFolder, "datasets")]);
}

/** `runs`: a folder, or the URL of a Postgres database. */
export function openStore(runs: string): RunStore {
  return /^postgres(ql)?:\/\//.test(runs)
    ? new PostgresStore(runs, join(packageRoot(), "migrations"))
    : new FileStore(runs);
}

/** How often a probe asks the same question. */
const PROBE_REPEATS = 3;

export interface ServiceOptions {
  /** Whether backends are probed before they are asked; default true. */
  readonly probe?: boolean;
  /** Whether answers are kept between runs; default true. */
  readonly answerCache?: boolean;
  /** How to connect to the server of a backend, by its name and URL; absent: without any checks. */
  readonly lookupFor?: (backend: string, url: string) => LookupFunction;
  /** Told of each answer of a backend. */
  readonly onAnswer?: (backend: string, wallMs: number) => void;
}

/** Everything an evaluation in this process needs, wired to the real world. */
export function evaluationServices(
  store: RunStore,
  env: Env,
  { probe = true, answerCache = true, lookupFor, onAnswer }: ServiceOptions = {},
): EvaluationServices {
  const locateModel = async (name: string) => (await modelStore(env)).locate(name);
  const deps = realBackendDeps(process.env, locateModel, answerCache ? env.cacheFolder : undefined);
  return {
    store,
    executor: new InProcessExecutor(),
    openBackend: async (variant, signal) => {
      const { backend, backendName } = variant;
      const lookup = "url" in backend ? lookupFor?.(backendName, backend.url) : undefined;
      const opened = await openBackend(variant, lookup === undefined ? deps : { ...deps, lookup }, signal);
      return onAnswer === undefined ? opened : observed(opened, (wallMs) => onAnswer(backendName, wallMs));
    },
    ...(probe
      ? {
          probe: async ({ backend, variant, spec, signal }) => {
            const { probeVariant } = await import("./probe/probe.ts");
            const { needsOf } = await import("./probe/needs.ts");
            const options = {
              needs: needsOf(spec),
              repeats: PROBE_REPEATS,
              cacheFolder: env.cacheFolder,
              now: () => new Date(),
              signal,
            };
            return (await probeVariant(backend, variant, options)).findings;
          },
        }
      : {}),
    openScorers: async ({ spec, facts, sources }, signal) => {
      const { openScorers } = await import("./score/open-scorers.ts");
      return openScorers({
        spec,
        sources,
        itemsWithReferences: new Map(facts.map((fact) => [fact.task, fact.itemsWithReferences])),
        encoders: await modelStore(env),
        cacheFolder: env.cacheFolder,
        signal,
      });
    },
    now: () => new Date(),
    version: packageVersion(),
  };
}

/** Models by name: bundled ones, those of a hub that were pulled, and folders. */
export async function modelStore(env: Env, options: { readonly offline?: boolean } = {}) {
  const [{ ModelStore }, { hubSettings }, { LockFile }, { REAL_NETWORK }] = await Promise.all([
    import("./onnx/model-store.ts"),
    import("./hub/hub-settings.ts"),
    import("./hub/lock-file.ts"),
    import("./hub/real-network.ts"),
  ]);
  return new ModelStore({
    settings: hubSettings(process.env, homedir(), options),
    lock: new LockFile(env.lockFile),
    network: REAL_NETWORK,
  });
}

/** The hub's datasets, held to the same lock file as the models. */
export async function datasetHub(env: Env, options: { readonly offline?: boolean } = {}) {
  const [{ HubStore }, { hubSettings }, { LockFile }, { REAL_NETWORK }] = await Promise.all([
    import("./hub/hub-store.ts"),
    import("./hub/hub-settings.ts"),
    import("./hub/lock-file.ts"),
    import("./hub/real-network.ts"),
  ]);
  return new HubStore({
    settings: hubSettings(process.env, homedir(), options),
    lock: new LockFile(env.lockFile),
    network: REAL_NETWORK,
    pullCommand: () => "quantgate datasets pull <name>",
  });
}

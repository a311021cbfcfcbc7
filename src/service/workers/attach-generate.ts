import { evaluationServices } from "../../compose.ts";
import { UsageError } from "../../domain/errors.ts";
import { readEnv } from "../../env.ts";
import { UNIT_ITEMS } from "../../plan/plan.ts";
import { type BackendLimits, type BackendRegistry, loadBackendRegistry } from "../api/backend-registry.ts";
import { UnitJobSchema } from "../queue/jobs.ts";
import { QueueWorker } from "../queue/queue-worker.ts";
import { generateQueue } from "../queue/queues.ts";
import { UnitGenerator } from "./generate-unit.ts";
import { openRunContext } from "./open-run-context.ts";
import { UNIT_TRIES } from "./unit-tries.ts";
import type { AttachedWorker, WorkerShell } from "./worker-process.ts";

/** How often limits of backends are told to Redis, which may have forgotten them. */
const LIMITS_MS = 30_000;

const retried = {
  attempts: UNIT_TRIES.attempts,
  backoff: { type: "exponential", delay: UNIT_TRIES.backoffMs },
};

/** Takes units of registered backends and asks the backends. */
export async function attachGenerate({
  env,
  store,
  queues,
  log,
  metrics,
  tracer,
  options,
}: WorkerShell): Promise<AttachedWorker> {
  const registry = await registryOf(env.backendsFile, (problem) => log.warn({ problem }, "a backend is not there yet"));
  const backends = limitsOf(registry, env.backends);
  const lookupFor = registry.lookupFor.bind(registry);
  const general = readEnv(process.env);
  const services = evaluationServices(store, general, { lookupFor });
  const limit = async (): Promise<void> => {
    for (const { name, shards, itemsPerMinute } of backends)
      await queues
        .limit(generateQueue(name), {
          ...(shards === undefined ? {} : { atATime: shards }),
          ...(itemsPerMinute === undefined ? {} : { everyMs: (60_000 * UNIT_ITEMS) / itemsPerMinute }),
        })
        .catch((error: unknown) => log.debug({ error }, "limits were not told to Redis"));
  };
  await limit();
  // Before the first unit is taken.
  const attached = backends.map(({ name }) => {
    const generator = new UnitGenerator({
      store,
      openBackend: services.openBackend,
      now: services.now,
      openRun: async (run, signal) => openRunContext(run, services, signal),
      onAnswered: (job) => queues.add("score", [{ id: `${job.run}.${job.unit}`, data: job }], retried),
      onRecord: (record, variant) => metrics.answered(variant.backendName, record),
      tracing: { tracer, eachAnswer: general.traceAnswers },
    });
    const queue = generateQueue(name);
    const handle = generator.handle.bind(generator);
    const worker = new QueueWorker({ queue, schema: UnitJobSchema, concurrency: 1, handle }, options(queue));
    return { queue, generator, worker };
  });
  const timer = setInterval(() => void limit(), LIMITS_MS);
  return {
    queues: () => attached.map(({ queue }) => queue),
    close: async (graceMs) => {
      clearInterval(timer);
      await Promise.all(
        attached.map(async ({ worker, generator }) => {
          await worker.close(graceMs);
          await generator.close();
        }),
      );
    },
  };
}

async function registryOf(file: string | undefined, onWarning: (problem: string) => void): Promise<BackendRegistry> {
  if (file !== undefined) return loadBackendRegistry(file, onWarning);
  throw new UsageError("which backends does this worker serve?", {
    hint: "set QUANTGATE_BACKENDS to the service's file of backends",
  });
}

/** Of the backends that this worker serves. */
function limitsOf(registry: BackendRegistry, names: readonly string[] | undefined): readonly BackendLimits[] {
  const all = registry.limits();
  const unknown = names?.find((name) => !all.some((backend) => backend.name === name));
  if (unknown !== undefined)
    throw new UsageError(`QUANTGATE_WORKER_BACKENDS: no backend "${unknown}" is registered`, {
      hint: `there are ${all.map(({ name }) => name).join(", ")}`,
    });
  return names === undefined ? all : all.filter(({ name }) => names.includes(name));
}

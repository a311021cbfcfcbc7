import { evaluationServices, findDatasets, openStore } from "./compose.ts";
import { UsageError } from "./domain/errors.ts";
import { readEnv } from "./env.ts";
import { BullMqExecutor } from "./executor/bullmq.ts";
import { type RunContext, ShardGenerator } from "./executor/generate-shard.ts";
import { LaterError } from "./executor/job-outcome.ts";
import { AlertJobSchema, RunJobSchema, ScheduleJobSchema, UnitJobSchema } from "./executor/jobs.ts";
import { QueueWorker } from "./executor/queue-worker.ts";
import { generateQueue, Queues } from "./executor/queues.ts";
import { type ScoredUnit, ShardScorer } from "./executor/score-shard.ts";
import { type ScoringContext, UnitScorer } from "./executor/unit-scorer.ts";
import { type BackendRegistry, loadBackendRegistry } from "./http/backend-registry.ts";
import { SubmittedSpecSchema } from "./http/submitted-spec.ts";
import { packageVersion } from "./package-root.ts";
import { readManifest } from "./pipeline/evaluate.ts";
import type { RunManifest } from "./pipeline/manifest.ts";
import { openSources } from "./pipeline/open-sources.ts";
import type { ProgressEvent } from "./pipeline/progress.ts";
import { makePlan, UNIT_ITEMS } from "./plan/plan.ts";
import { Alerts } from "./service/alerts.ts";
import { type Finish, finishRun } from "./service/finish-run.ts";
import { QueuedRunService, type QueuedServiceOptions } from "./service/queued-run-service.ts";
import { RunWorker } from "./service/run-worker.ts";
import { Schedules } from "./service/schedules.ts";
import { sendWebhook } from "./service/send-webhook.ts";
import { ThreadCalls } from "./service/thread-calls.ts";
import type { AttachedWorker, WorkerShell } from "./service/worker-process.ts";
import type { Run, RunStore } from "./store/run-store.ts";

/** How often limits of backends are told to Redis, which may have forgotten them. */
const LIMITS_MS = 30_000;
/** A run of another version waits for workers of that version. */
const OTHER_VERSION_MS = 30_000;
/** Runs that one worker brings to their end at a time. */
const RUNS_AT_A_TIME = 8;

const POLL_MS = 500;
const UNIT_TRIES = { attempts: 8, backoffMs: 2_000 };

/** What a scoring thread is asked. */
export interface ScoreRequest {
  readonly run: string;
  readonly manifest: string;
  readonly unit: number;
  readonly answers: string;
}

/** What a run's thread is asked. */
export interface FinishRequest {
  readonly run: string;
  readonly redisUrl: string;
  readonly reconcileMs: number;
}

/** The store that the environment names. */
export function openServiceStore() {
  return openStore(readEnv(process.env).runsFolder);
}

/** The service's side: takes runs, and leaves them to workers. */
export function openQueuedService(
  store: RunStore,
  redisUrl: string,
  { onEvent, onTrouble }: Pick<QueuedServiceOptions, "onEvent"> & { readonly onTrouble: (error: Error) => void },
): QueuedRunService {
  const queues = new Queues(redisUrl, onTrouble);
  const onClose = (): Promise<void> => queues.close();
  return new QueuedRunService({ store, queues, version: packageVersion(), now: () => new Date(), onEvent, onClose });
}

/** Takes shards of registered backends and asks the backends. */
export async function attachGenerate({
  env,
  store,
  queues,
  log,
  metrics,
  options,
}: WorkerShell): Promise<AttachedWorker> {
  const services = evaluationServices(store, readEnv(process.env));
  const backends = await backendsOf(env.backendsFile, env.backends);
  const attached = backends.map(({ name }) => {
    const generator = new ShardGenerator({
      store,
      openBackend: services.openBackend,
      now: services.now,
      openRun: async (run, signal) => openRunContext(run, services, signal),
      onAnswered: (job) => queues.add("score", [{ id: `${job.run}.${job.unit}`, data: job }], retried(UNIT_TRIES)),
      onRecord: (record, variant) => metrics.answered(variant.backendName, record),
    });
    const queue = generateQueue(name);
    const handle = generator.handle.bind(generator);
    const worker = new QueueWorker({ queue, schema: UnitJobSchema, concurrency: 1, handle }, options(queue));
    return { queue, generator, worker };
  });
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

/** Takes answered shards and scores them in a thread of its own. */
export async function attachScore({ store, metrics, options }: WorkerShell): Promise<AttachedWorker> {
  const thread = new ThreadCalls<ScoreRequest, ScoredUnit>(threadEntry("score"));
  const scorer = new ShardScorer({
    store,
    score: async (run, unit, answers, signal) => {
      const manifest = await readManifest(run);
      await assertVersion(manifest);
      return thread.call({ run: run.id, manifest: JSON.stringify(manifest), unit, answers }, signal);
    },
    onScored: () => metrics.scored(),
  });
  const handle = scorer.handle.bind(scorer);
  const worker = new QueueWorker({ queue: "score", schema: UnitJobSchema, concurrency: 1, handle }, options("score"));
  return {
    queues: () => ["score"],
    close: async (graceMs) => {
      await worker.close(graceMs);
      await thread.close();
    },
  };
}

/** Begins runs, hands out their units, decides and reports them; keeps schedules and sends alerts. */
export async function attachFinalize({
  env,
  store,
  queues,
  log,
  metrics,
  options,
}: WorkerShell): Promise<AttachedWorker> {
  const runs = new RunWorker({
    store,
    queues,
    finish: async (run, signal) => {
      // A thread a run: they end with it, and one that dies takes no other along.
      const thread = new ThreadCalls<FinishRequest, Finish, ProgressEvent>(threadEntry("run"));
      try {
        const request = { run, redisUrl: env.redisUrl, reconcileMs: env.reconcileMs };
        return await thread.call(request, signal, (event) => log.debug({ run, ...event }, event.kind));
      } finally {
        await thread.close();
      }
    },
    onEnded: async (card) => {
      metrics.ended(card);
      const { id: run, status, overall, failure, schedule } = card;
      log.info({ run, status, overall, failure }, "run ended");
      if (schedule !== undefined) await alerts.reconcile();
    },
    onTrouble: (error) => log.warn({ error }, "unfinished runs were not looked for"),
  });
  const version = packageVersion();
  const now = (): Date => new Date();
  const service = new QueuedRunService({ store, queues, version, now, onEvent: () => {} });
  const schedules = new Schedules(store.shelf("schedules"), queues, now);
  const registry = lazily(async () => {
    if (env.backendsFile === undefined)
      throw new UsageError("schedules need the file of backends", { hint: "set QUANTGATE_BACKENDS" });
    return loadBackendRegistry(env.backendsFile);
  });
  const alerts = new Alerts({
    store,
    queues,
    schedules,
    send: async (webhook, alert) => sendWebhook(await (await registry()).webhook(webhook), alert.run, alert),
  });
  const workers = [
    new QueueWorker(
      { queue: "runs", schema: RunJobSchema, concurrency: RUNS_AT_A_TIME, handle: runs.handle.bind(runs) },
      options("runs"),
    ),
    new QueueWorker(
      {
        queue: "schedules",
        schema: ScheduleJobSchema,
        concurrency: 1,
        handle: async ({ schedule: name }, { id }) => {
          const entry = await schedules.get(name);
          if (entry === undefined) return;
          const spec = await (await registry()).resolve(
            SubmittedSpecSchema.parse(entry.spec),
            findDatasets(readEnv(process.env)),
          );
          // The job's id holds its time: done twice, it is one run.
          await service.submit(spec, { submittedBy: entry.submittedBy, idempotencyKey: id, schedule: name });
        },
      },
      options("schedules"),
    ),
    new QueueWorker(
      { queue: "alerts", schema: AlertJobSchema, concurrency: 1, handle: alerts.handle.bind(alerts) },
      options("alerts"),
    ),
  ];
  runs.reconcileEvery(env.reconcileMs);
  const timer = setInterval(() => {
    const lost = async (): Promise<void> => {
      await schedules.reconcile();
      await alerts.reconcile();
    };
    lost().catch((error: unknown) => log.debug({ error }, "schedules were not looked at"));
  }, env.reconcileMs);
  return {
    queues: () => ["runs", "schedules", "alerts"],
    close: async () => {
      clearInterval(timer);
      runs.close();
      // A run takes as long as its units take: it is handed over, not waited for.
      await Promise.all(workers.map((worker) => worker.close(0)));
    },
  };
}

/** All of them in one process, for small set-ups. */
export async function attachAll(shell: WorkerShell): Promise<AttachedWorker> {
  const attached = await Promise.all([attachGenerate(shell), attachScore(shell), attachFinalize(shell)]);
  return {
    queues: () => attached.flatMap((each) => each.queues()),
    close: async (graceMs) => {
      await Promise.all(attached.map((each) => each.close(graceMs)));
    },
  };
}

/** In a scoring thread: scores units of runs, whose scorers it opens. */
export function makeUnitScorer(): UnitScorer {
  const env = readEnv(process.env);
  const services = evaluationServices(openStore(env.runsFolder), env);
  return new UnitScorer(async (_, text, signal): Promise<ScoringContext> => {
    const { spec, tasks: facts } = JSON.parse(text) as RunManifest;
    const sources = await openSources(spec.tasks, signal);
    try {
      const scorers = await services.openScorers({ spec, facts, sources: sources.byTask }, signal);
      const close = async (): Promise<void> => {
        await scorers.close();
        await sources.close();
      };
      return {
        plan: makePlan(spec, { unitItems: UNIT_ITEMS }),
        sources: sources.byTask,
        scorers: scorers.byTask,
        close,
      };
    } catch (error) {
      await sources.close();
      throw error;
    }
  });
}

/** In a run's thread: brings the run to its end, its units done by workers. */
export async function finishRunByWorkers(
  { run, redisUrl, reconcileMs }: FinishRequest,
  signal: AbortSignal,
  onProgress: (event: ProgressEvent) => void,
): Promise<Finish> {
  const env = readEnv(process.env);
  const store = openStore(env.runsFolder);
  const queues = new Queues(redisUrl, () => {});
  const executor = new BullMqExecutor(queues, {
    pollMs: POLL_MS,
    redispatchMs: reconcileMs,
    ...UNIT_TRIES,
    onTrouble: () => {},
  });
  // Those who score open the models; here they would only take memory.
  const openScorers = async () => ({ byTask: new Map(), close: async () => {} });
  try {
    const services = { ...evaluationServices(store, env), executor, openScorers };
    return await finishRun(run, services, { onProgress, signal });
  } finally {
    await queues.close();
    await store.close();
  }
}

async function openRunContext(
  run: Run,
  { examine }: Pick<ReturnType<typeof evaluationServices>, "examine">,
  signal: AbortSignal,
): Promise<RunContext> {
  const manifest = await readManifest(run);
  await assertVersion(manifest);
  const { spec } = manifest;
  const sources = await openSources(spec.tasks, signal);
  return {
    plan: makePlan(spec, { unitItems: UNIT_ITEMS }),
    sources: sources.byTask,
    ...(examine === undefined
      ? {}
      : { examine: (backend, variant, abort) => examine({ backend, variant, spec, signal: abort }) }),
    close: sources.close,
  };
}

/** Another version may cut or score a run otherwise. */
async function assertVersion({ versions }: RunManifest): Promise<void> {
  if (versions.quantgate !== packageVersion())
    throw new LaterError(
      `the run was submitted to quantgate ${versions.quantgate}; this worker is ${packageVersion()}`,
      OTHER_VERSION_MS,
    );
}

async function backendsOf(file: string | undefined, names: readonly string[] | undefined) {
  if (file === undefined)
    throw new UsageError("which backends does this worker serve?", {
      hint: "set QUANTGATE_BACKENDS to the service's file of backends",
    });
  const all = (await loadBackendRegistry(file)).limits();
  const unknown = names?.find((name) => !all.some((backend) => backend.name === name));
  if (unknown !== undefined)
    throw new UsageError(`QUANTGATE_WORKER_BACKENDS: no backend "${unknown}" in ${file}`, {
      hint: `there are ${all.map(({ name }) => name).join(", ")}`,
    });
  return names === undefined ? all : all.filter(({ name }) => names.includes(name));
}

function retried({ attempts, backoffMs }: typeof UNIT_TRIES) {
  return { attempts, backoff: { type: "exponential", delay: backoffMs } };
}

function threadEntry(name: "run" | "score"): URL {
  const suffix = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`../workers/${name}-thread.${suffix}`, import.meta.url);
}

/** Done when it is first needed; again when that failed. */
function lazily(load: () => Promise<BackendRegistry>): () => Promise<BackendRegistry> {
  let loaded: Promise<BackendRegistry> | undefined;
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}

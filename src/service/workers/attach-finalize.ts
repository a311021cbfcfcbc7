import { findDatasets } from "../../compose.ts";
import { UsageError } from "../../domain/errors.ts";
import type { ProgressEvent } from "../../domain/progress.ts";
import { readEnv } from "../../env.ts";
import { packageVersion } from "../../package-root.ts";
import { traceRun } from "../../telemetry/trace-run.ts";
import type { OpenSpan } from "../../telemetry/tracer.ts";
import { type BackendRegistry, loadBackendRegistry } from "../api/backend-registry.ts";
import { SubmittedSpecSchema } from "../api/submitted-spec.ts";
import { Alerts } from "../queue/alerts.ts";
import { AlertJobSchema, RunJobSchema, ScheduleJobSchema } from "../queue/jobs.ts";
import { QueueWorker } from "../queue/queue-worker.ts";
import { QueuedRunService } from "../queue/queued-run-service.ts";
import { Schedules } from "../queue/schedules.ts";
import { sendWebhook } from "../queue/send-webhook.ts";
import type { Finish } from "./finish-run.ts";
import type { FinishRequest } from "./finish-run-by-workers.ts";
import { RunWorker } from "./run-worker.ts";
import { ThreadCalls } from "./thread-calls.ts";
import { threadEntry } from "./thread-entry.ts";
import type { AttachedWorker, WorkerShell } from "./worker-process.ts";

/** Runs that one worker brings to their end at a time. */
const RUNS_AT_A_TIME = 8;

/** Begins runs, hands out their units, decides and reports them; keeps schedules and sends alerts. */
export async function attachFinalize({
  env,
  store,
  queues,
  log,
  metrics,
  tracer,
  options,
}: WorkerShell): Promise<AttachedWorker> {
  const runs = new RunWorker({
    store,
    queues,
    finish: (run, signal) =>
      traceRun(tracer, store, run, async (span) => {
        // A thread a run: they end with it, and one that dies takes no other along.
        const thread = new ThreadCalls<FinishRequest, Finish, ProgressEvent>(threadEntry("run"));
        const trace = tracer.current();
        let finalizing: OpenSpan | undefined;
        try {
          const request = {
            run,
            redisUrl: env.redisUrl,
            reconcileMs: env.reconcileMs,
            ...(trace === undefined ? {} : { trace }),
          };
          const finish = await thread.call(request, signal, (event) => {
            log.debug({ run, ...event }, event.kind);
            if (event.kind === "analyzing") finalizing ??= span.begin("finalize", { "quantgate.run": run });
          });
          span.set({ "quantgate.finish": finish.kind === "ended" ? finish.listed.status : "left" });
          return finish;
        } finally {
          finalizing?.end();
          await thread.close();
        }
      }),
    onEnded: async (ended) => {
      metrics.ended(ended);
      const { id: run, status, overall, failure, schedule } = ended;
      log.info({ run, status, overall, failure }, "run ended");
      if (schedule !== undefined) await alerts.reconcile();
    },
    onTrouble: (error) => log.warn({ error }, "unfinished runs were not looked for"),
  });
  const version = packageVersion();
  const now = (): Date => new Date();
  const service = new QueuedRunService({ store, queues, version, now, tracer, onEvent: () => {} });
  const schedules = new Schedules(store.collection("schedules"), queues, now);
  const registry = lazily(async () => {
    if (env.backendsFile === undefined)
      throw new UsageError("schedules need the file of backends", { hint: "set QUANTGATE_BACKENDS" });
    return loadBackendRegistry(env.backendsFile);
  });
  const alerts = new Alerts({
    store,
    queues,
    schedules,
    send: async (webhook, alert) => sendWebhook((await registry()).webhook(webhook), alert.run, alert),
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
          const submitted = SubmittedSpecSchema.parse(entry.spec);
          const spec = await (await registry()).resolve(submitted, findDatasets(readEnv(process.env)));
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

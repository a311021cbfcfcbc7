import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, QuantGateError, UsageError } from "../../domain/errors.ts";
import { packageVersion } from "../../package-root.ts";
import type { RunStore } from "../../store/run-store.ts";
import { startTelemetry } from "../../telemetry/start-telemetry.ts";
import type { Tracer } from "../../telemetry/tracer.ts";
import { type Logger, makeLogger } from "../api/logger.ts";
import { carryTraces } from "../queue/carry-traces.ts";
import type { QueueWorkerOptions, WorkerEvent } from "../queue/queue-worker.ts";
import { type QueueName, Queues } from "../queue/queues.ts";
import { serveHealth } from "./health-server.ts";
import { readWorkerEnv, type WorkerEnv } from "./worker-env.ts";
import { WorkerMetrics } from "./worker-metrics.ts";

/** What every worker works with. */
export interface WorkerShell {
  readonly env: WorkerEnv;
  readonly store: RunStore;
  readonly queues: Queues;
  readonly log: Logger;
  readonly metrics: WorkerMetrics;
  readonly tracer: Tracer;
  /** Options of a queue's worker, which is logged and counted. */
  readonly options: (queue: QueueName) => QueueWorkerOptions;
}

/** What was attached to the queues. */
export interface AttachedWorker {
  readonly queues: () => readonly QueueName[];
  /** Gives running jobs `graceMs` to end, and puts the others back. */
  close(graceMs: number): Promise<void>;
}

/** Between the end of the grace and the end of the process: for putting jobs back and closing connections. */
const CLOSING_MS = 8_000;

/**
 * Runs a worker in this process until SIGTERM or SIGINT: then it takes no more jobs, lets running ones end within the grace period, puts back
 * what is left, and ends with 0. The second signal ends it at once. Wrong settings end it with 2.
 */
export async function runWorker(
  name: string,
  openStore: () => RunStore,
  attach: (shell: WorkerShell) => Promise<AttachedWorker>,
): Promise<void> {
  let log = makeLogger("info", process.stdout);
  try {
    const env = readWorkerEnv(process.env);
    log = makeLogger(env.logLevel, process.stdout).child({ worker: name, pid: process.pid });
    const stop = stopSignal(log);
    const version = packageVersion();
    const telemetry = await startTelemetry({
      role: name,
      version,
      environment: process.env,
      onTrouble: (problem) => log.warn({ problem }, "traces can't be sent"),
    });
    const carrying = await carryTraces(telemetry, version);
    const store = openStore();
    const queues = new Queues(
      env.redisUrl,
      onceInAWhile((error) => log.warn({ problem: messageOf(error) }, "Redis is away")),
      carrying,
    );
    const metrics = new WorkerMetrics();
    await store.check();
    const attached = await attach({
      env,
      store,
      queues,
      log,
      metrics,
      tracer: telemetry.tracer,
      options: (queue) => ({
        ...carrying,
        redisUrl: env.redisUrl,
        queues,
        lockMs: env.lockMs,
        onEvent: (event) => observe(queue, event, log, metrics),
      }),
    });
    metrics.watchQueues(() => queues.countsOf(attached.queues()));
    const health = await healthOf(env, { store, queues, metrics });
    log.info({ queues: attached.queues(), ...(health === undefined ? {} : { health: health.url }) }, "working");
    await stop;
    log.info("stopping");
    const closed = (async () => {
      await attached.close(env.graceMs);
      await telemetry.close();
      await health?.close();
      await queues.close();
      await store.close();
    })();
    await Promise.race([closed, sleep(env.graceMs + CLOSING_MS, undefined, { ref: false })]);
    log.info("stopped");
    process.exit(0);
  } catch (error) {
    const hint = error instanceof QuantGateError ? error.hint : undefined;
    log.fatal({ problem: messageOf(error), ...(hint === undefined ? {} : { hint }) }, "can't work");
    process.exit(error instanceof UsageError ? 2 : 4);
  }
}

function stopSignal(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (asked) {
        log.warn({ signal }, "stopped at once");
        process.exit(130);
      }
      asked = true;
      resolve();
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
}

async function healthOf(env: WorkerEnv, { store, queues, metrics }: Pick<WorkerShell, "store" | "queues" | "metrics">) {
  if (env.health === undefined) return undefined;
  return serveHealth(env.health, {
    troubles: async () => {
      const problem = await store.check().then(
        () => [],
        (error: unknown) => [messageOf(error)],
      );
      return queues.isUp() ? problem : [...problem, "Redis is away"];
    },
    metrics: async () => ({ type: metrics.contentType, text: await metrics.text() }),
  });
}

function observe(queue: QueueName, event: WorkerEvent, log: Logger, metrics: WorkerMetrics): void {
  switch (event.kind) {
    case "taken":
      log.debug({ queue, job: event.job }, "taken");
      break;
    case "done":
      metrics.job(queue, "done", event.ms);
      log.info({ queue, job: event.job, ms: Math.round(event.ms) }, "done");
      break;
    case "put-back":
      metrics.job(queue, "put-back");
      log.info({ queue, job: event.job, why: event.why }, "put back");
      break;
    case "attempt-failed":
      metrics.job(queue, "failed");
      log.error({ queue, job: event.job, ...described(event.error) }, "failed");
      break;
    case "trouble":
      log.warn({ queue, problem: messageOf(event.error) }, "trouble with the queue");
      break;
  }
}

/** A defect shows where it was thrown; what is meant for users has its hint. */
function described(error: unknown): object {
  if (error instanceof QuantGateError) return { problem: error.message, hint: error.hint };
  return { problem: messageOf(error), stack: error instanceof Error ? error.stack : undefined };
}

const QUIET_MS = 10_000;

/** Reconnecting makes an error several times a second. */
function onceInAWhile(tell: (error: Error) => void): (error: Error) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (performance.now() - toldMs < QUIET_MS) return;
    toldMs = performance.now();
    tell(error);
  };
}

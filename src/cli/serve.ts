import { findDatasets, openStore } from "../compose.ts";
import { UsageError } from "../domain/errors.ts";
import { readEnv } from "../env.ts";
import { packageVersion } from "../package-root.ts";
import { loadBackendRegistry } from "../service/api/backend-registry.ts";
import { InProcessRunService, type ServiceEvent } from "../service/api/in-process-service.ts";
import { listen } from "../service/api/listen.ts";
import { makeLogger } from "../service/api/logger.ts";
import { Metrics } from "../service/api/metrics.ts";
import { Tokens } from "../service/api/tokens.ts";
import { startTelemetry } from "../telemetry/start-telemetry.ts";
import { interruptSignal } from "./interrupt.ts";

interface ServeOptions {
  readonly host: string;
  readonly port: string;
  readonly backends?: string;
  readonly runs?: string;
  readonly rateLimit: string;
  readonly maxAnswers: string;
  readonly logLevel: string;
  readonly insecureNoAuth?: boolean;
  /** False for `--no-probe`. */
  readonly probe?: boolean;
}

/** `quantgate serve`: the HTTP API and pages, until it is told to stop. */
export async function serve(options: ServeOptions): Promise<void> {
  const env = readEnv(process.env);
  const backendsFile = options.backends ?? env.backendsFile;
  if (backendsFile === undefined)
    throw new UsageError("which backends may callers name?", {
      hint: "--backends <file>, or QUANTGATE_BACKENDS; docs/service.md shows one",
    });
  const runs = options.runs ?? env.runsFolder;
  const store = openStore(runs);
  const log = makeLogger(options.logLevel, process.stdout);
  const tokens = new Tokens(store.collection("tokens"), () => performance.now());
  if (options.insecureNoAuth !== true && (await tokens.list()).length === 0)
    throw new UsageError("there is no token yet, and nobody is served without one", {
      hint: "quantgate tokens add me --scopes admin; or --insecure-no-auth to try the service out on this machine",
    });
  await store.check();
  const backends = await loadBackendRegistry(backendsFile, (problem) =>
    log.warn({ problem }, "a backend is not there yet"),
  );
  const version = packageVersion();
  const telemetry = await startTelemetry({
    role: "api",
    version,
    environment: process.env,
    onTrouble: (problem) => log.warn({ problem }, "traces can't be sent"),
  });
  const { tracer } = telemetry;
  const metrics = new Metrics();
  const onEvent = (runId: string, event: ServiceEvent): void => {
    metrics.observe(event);
    if (event.kind !== "progress") log.info({ runId, ...event }, `run ${event.kind}`);
    else if (event.event.kind === "variant-opened")
      log.info({ runId, variant: event.event.variant, loadMs: event.event.loadMs }, "variant opened");
    else if (event.event.kind === "variant-done") log.info({ runId, variant: event.event.variant }, "variant done");
  };
  const queued =
    env.redisUrl === undefined
      ? undefined
      : await (await import("../service/queue/open-queued-service.ts")).openTracedService(
          store,
          env.redisUrl,
          telemetry,
          { onEvent, onTrouble: (error) => log.debug({ problem: error.message }, "Redis is away") },
        );
  if (queued !== undefined) metrics.watchQueues(() => queued.queueCounts(backends.list().map(({ name }) => name)));
  const service =
    queued?.service ??
    (await InProcessRunService.start({
      services: { store, now: () => new Date(), version },
      execute: (
        await import("../service/workers/execute-in-thread.ts")
      ).executeInThread(
        { runs, backendsFile, probe: options.probe !== false },
        { onAnswer: metrics.answered.bind(metrics), traceAnswers: env.traceAnswers },
      ),
      onEvent,
      tracer,
    }));
  metrics.watch(service);
  const listening = await listen(
    {
      service,
      store,
      ...(queued === undefined ? {} : { schedules: queued.schedules }),
      backends,
      findDatasets: findDatasets(env),
      authentication: options.insecureNoAuth === true ? { kind: "none" } : { kind: "tokens", tokens },
      log,
      metrics,
      tracer,
      version,
      requestsPerMinute: count(options.rateLimit, "--rate-limit"),
      maxAnswers: count(options.maxAnswers, "--max-answers"),
    },
    { host: options.host, port: count(options.port, "--port") },
  );
  if (options.insecureNoAuth === true) log.warn("everybody on this machine may do everything here: --insecure-no-auth");
  if (service.executor === "bullmq") log.info({ executor: service.executor }, "runs are executed by workers");
  else
    log.warn(
      { executor: service.executor },
      "no Redis is set up: runs are executed in this process, one after the other, and stop with it; they go on when it starts again",
    );
  log.info({ url: listening.url }, "listening");
  const signal = interruptSignal();
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  log.info("stopping");
  await listening.close();
  await telemetry.close();
  await store.close();
  log.info("stopped");
  // A collector that owes an answer would hold the process for as long as it may be waited for.
  if (telemetry.isOn) process.exit();
}

function count(text: string, option: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`${option} takes a whole number, not "${text}"`);
}

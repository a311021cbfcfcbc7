import { z } from "zod";
import { UsageError } from "../../domain/errors.ts";

const millis = (standard: number) => z.coerce.number().int().nonnegative().max(86_400_000).default(standard);

const WorkerEnvSchema = z.object({
  QUANTGATE_REDIS_URL: z.url({ protocol: /^rediss?$/, error: "must be a redis:// or rediss:// URL" }),
  QUANTGATE_BACKENDS: z.string().min(1).optional(),
  QUANTGATE_WORKER_BACKENDS: z.string().min(1).optional(),
  QUANTGATE_HEALTH_HOST: z.string().min(1).default("127.0.0.1"),
  QUANTGATE_HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  QUANTGATE_GRACE_MS: millis(30_000),
  QUANTGATE_LOCK_MS: millis(30_000).refine((ms) => ms >= 1_000, "must be at least 1000"),
  QUANTGATE_RECONCILE_MS: millis(15_000).refine((ms) => ms >= 100, "must be at least 100"),
  QUANTGATE_LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
});

/** What a worker reads from the environment besides what every command reads. */
export interface WorkerEnv {
  readonly redisUrl: string;
  /** The operator's file of backends. */
  readonly backendsFile: string | undefined;
  /** Backends whose units this worker takes; absent: all of the file. */
  readonly backends: readonly string[] | undefined;
  /** Where `/healthz` and `/metrics` are; absent: nowhere. */
  readonly health: { readonly host: string; readonly port: number } | undefined;
  /** How long running jobs may go on after SIGTERM; must be less than what the supervisor waits before it kills. */
  readonly graceMs: number;
  readonly lockMs: number;
  /** How often what the queues may have lost is looked for. */
  readonly reconcileMs: number;
  readonly logLevel: string;
}

/** Throws `UsageError` with the variable's name. */
export function readWorkerEnv(environment: NodeJS.ProcessEnv): WorkerEnv {
  const parsed = WorkerEnvSchema.safeParse(environment);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const name = issue?.path.join(".") ?? "";
    const problem = environment[name] === undefined ? "must be set" : (issue?.message ?? "is not valid");
    throw new UsageError(`environment variable ${name}: ${problem}`, { hint: "docs/service.md lists them all" });
  }
  const { data } = parsed;
  const { QUANTGATE_HEALTH_HOST: host, QUANTGATE_HEALTH_PORT: port } = data;
  return {
    redisUrl: data.QUANTGATE_REDIS_URL,
    backendsFile: data.QUANTGATE_BACKENDS,
    backends: data.QUANTGATE_WORKER_BACKENDS?.split(",").map((name) => name.trim()),
    health: port === undefined ? undefined : { host, port },
    graceMs: data.QUANTGATE_GRACE_MS,
    lockMs: data.QUANTGATE_LOCK_MS,
    reconcileMs: data.QUANTGATE_RECONCILE_MS,
    logLevel: data.QUANTGATE_LOG_LEVEL,
  };
}

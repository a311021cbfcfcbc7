import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { UsageError } from "./domain/errors.ts";

const EnvSchema = z.object({
  QUANTGATE_RUNS: z.string().min(1).default("runs"),
  QUANTGATE_DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: "a postgres:// URL" }).optional(),
  QUANTGATE_REDIS_URL: z.url({ protocol: /^rediss?$/, error: "a redis:// or rediss:// URL" }).optional(),
  QUANTGATE_BACKENDS: z.string().min(1).optional(),
  QUANTGATE_LOCK: z.string().min(1).default("quantgate.lock.json"),
  QUANTGATE_CACHE: z.string().min(1).optional(),
  QUANTGATE_TRACE_ANSWERS: z.enum(["0", "1"], { error: "must be 0 or 1" }).default("0"),
  XDG_CACHE_HOME: z.string().min(1).optional(),
});

/** What QuantGate reads from the environment, parsed once. */
export interface Env {
  /** Folder of runs, or the URL of the Postgres database that has them. */
  readonly runsFolder: string;
  /** Redis of the service's queues; absent: runs are executed in the process that has them. */
  readonly redisUrl?: string;
  /** The service's file of backends. */
  readonly backendsFile?: string;
  /** Lock file that pulled models and data sets are held to; belongs into version control. */
  readonly lockFile: string;
  /** Folder for what can be fetched or computed again. */
  readonly cacheFolder: string;
  /** Whether each answer of a backend has a span of its own, where there are traces. */
  readonly traceAnswers: boolean;
}

export function readEnv(environment: NodeJS.ProcessEnv): Env {
  const parsed = EnvSchema.safeParse(environment);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new UsageError(`environment variable ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not valid"}`);
  }
  const { QUANTGATE_RUNS, QUANTGATE_DATABASE_URL, QUANTGATE_LOCK, QUANTGATE_CACHE, XDG_CACHE_HOME } = parsed.data;
  const { QUANTGATE_REDIS_URL: redisUrl, QUANTGATE_BACKENDS: backendsFile } = parsed.data;
  return {
    runsFolder: QUANTGATE_DATABASE_URL ?? QUANTGATE_RUNS,
    ...(redisUrl === undefined ? {} : { redisUrl }),
    ...(backendsFile === undefined ? {} : { backendsFile }),
    lockFile: QUANTGATE_LOCK,
    cacheFolder: QUANTGATE_CACHE ?? join(XDG_CACHE_HOME ?? join(homedir(), ".cache"), "quantgate"),
    traceAnswers: parsed.data.QUANTGATE_TRACE_ANSWERS === "1",
  };
}

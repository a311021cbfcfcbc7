import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import { readWorkerEnv } from "../../../src/service/workers/worker-env.ts";

const least = { QUANTGATE_REDIS_URL: "redis://127.0.0.1:6379" };

describe("a worker's environment", () => {
  it("needs nothing but Redis", () => {
    expect(readWorkerEnv(least)).toEqual({
      redisUrl: "redis://127.0.0.1:6379",
      backendsFile: undefined,
      backends: undefined,
      health: undefined,
      graceMs: 30_000,
      lockMs: 30_000,
      reconcileMs: 15_000,
      logLevel: "info",
    });
  });

  it("is read from its variables", () => {
    const env = readWorkerEnv({
      QUANTGATE_REDIS_URL: "rediss://:secret@redis:6379/1",
      QUANTGATE_BACKENDS: "/config/backends.yaml",
      QUANTGATE_WORKER_BACKENDS: "staging, gpu-2",
      QUANTGATE_HEALTH_HOST: "0.0.0.0",
      QUANTGATE_HEALTH_PORT: "9090",
      QUANTGATE_GRACE_MS: "0",
      QUANTGATE_LOCK_MS: "60000",
      QUANTGATE_RECONCILE_MS: "1000",
      QUANTGATE_LOG_LEVEL: "debug",
    });
    expect(env).toMatchObject({
      backendsFile: "/config/backends.yaml",
      backends: ["staging", "gpu-2"],
      health: { host: "0.0.0.0", port: 9090 },
      graceMs: 0,
      lockMs: 60_000,
      reconcileMs: 1_000,
      logLevel: "debug",
    });
  });

  it.each([
    [{ QUANTGATE_REDIS_URL: undefined }, "QUANTGATE_REDIS_URL: must be set"],
    [{ QUANTGATE_REDIS_URL: "http://:secret@redis" }, "QUANTGATE_REDIS_URL: must be a redis://"],
    [{ QUANTGATE_HEALTH_PORT: "99999" }, "QUANTGATE_HEALTH_PORT"],
    [{ QUANTGATE_GRACE_MS: "soon" }, "QUANTGATE_GRACE_MS"],
    [{ QUANTGATE_LOCK_MS: "10" }, "QUANTGATE_LOCK_MS: must be at least 1000"],
    [{ QUANTGATE_LOG_LEVEL: "loud" }, "QUANTGATE_LOG_LEVEL"],
  ])("%j is refused by name, without telling its value", (entries, says) => {
    const read = () => readWorkerEnv({ ...least, ...entries });
    expect(read).toThrow(UsageError);
    expect(read).toThrow(says);
    expect(read).not.toThrow(/secret/);
  });
});

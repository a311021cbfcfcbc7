import { setTimeout as delay } from "node:timers/promises";
import { throwIfAborted } from "../domain/errors.ts";
import type { BackendDeps } from "./server-backend.ts";

/** Dependencies of backends in the real world. */
export function realBackendDeps(
  env: BackendDeps["env"],
  locateModel: BackendDeps["locateModel"],
  cacheFolder?: string,
): BackendDeps {
  return {
    env,
    now: () => new Date(),
    clock: () => performance.now(),
    sleep: async (ms, signal) => {
      await delay(ms, undefined, { signal }).catch(() => throwIfAborted(signal));
    },
    random: Math.random,
    locateModel,
    ...(cacheFolder === undefined ? {} : { cacheFolder }),
  };
}

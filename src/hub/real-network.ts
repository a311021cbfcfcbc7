import { setTimeout } from "node:timers/promises";
import { InterruptedError } from "../domain/errors.ts";
import { proxiedFetch } from "../network/proxied-fetch.ts";
import type { NetworkDeps } from "./http-request.ts";

/** The network and the clock of this machine, by way of the proxies that its environment names. */
export const REAL_NETWORK: NetworkDeps = {
  fetch: proxiedFetch(process.env),
  now: Date.now,
  async sleep(ms, signal) {
    try {
      await setTimeout(ms, undefined, { signal });
    } catch (cause) {
      throw new InterruptedError("interrupted", { cause });
    }
  },
};

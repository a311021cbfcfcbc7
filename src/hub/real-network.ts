import { setTimeout } from "node:timers/promises";
import { InterruptedError } from "../domain/errors.ts";
import type { NetworkDeps } from "./http-request.ts";

/** The network and the clock of this machine. */
export const REAL_NETWORK: NetworkDeps = {
  fetch,
  now: Date.now,
  async sleep(ms, signal) {
    try {
      await setTimeout(ms, undefined, { signal });
    } catch (cause) {
      throw new InterruptedError("interrupted", { cause });
    }
  },
};

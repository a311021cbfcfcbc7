import { throwIfAborted } from "../../src/domain/errors.ts";
import type { NetworkDeps } from "../../src/hub/http-request.ts";

/** The real network with a clock that only moves when somebody waits; `pausesMs` lists the waits. */
export function testNetwork(): NetworkDeps & { readonly pausesMs: number[] } {
  const pausesMs: number[] = [];
  const startMs = Date.now();
  return {
    fetch,
    pausesMs,
    now: () => startMs + pausesMs.reduce((sum, ms) => sum + ms, 0),
    async sleep(ms, signal) {
      throwIfAborted(signal);
      pausesMs.push(ms);
    },
  };
}

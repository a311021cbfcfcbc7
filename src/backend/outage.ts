import { RunError } from "../domain/errors.ts";
import type { VariantIdentity } from "../domain/record.ts";
import { BackendError } from "./backend.ts";
import type { BackendDeps, ServerBackend } from "./server-backend.ts";

const FIRST_POLL_MS = 250;
const LONGEST_POLL_MS = 10_000;

/**
 * Circuit breaker of one server: once it is gone, everyone waits while one asks whether it is back. Rejects with `RunError` when it stays away
 * longer than `outageMs`, or comes back with other weights: then the run stops, and nothing is recorded as failed.
 */
export class Outage {
  readonly #server: ServerBackend;
  readonly #outageMs: number;
  readonly #deps: Pick<BackendDeps, "clock" | "sleep" | "random">;
  #waiting: Promise<void> | undefined;

  constructor(server: ServerBackend, outageMs: number, deps: Pick<BackendDeps, "clock" | "sleep" | "random">) {
    this.#server = server;
    this.#outageMs = outageMs;
    this.#deps = deps;
  }

  /** Resolves at once while no one waits for the server. */
  async over(): Promise<void> {
    await this.#waiting;
  }

  /** Resolves when the server tells who it is again. */
  wait(signal: AbortSignal): Promise<void> {
    this.#waiting ??= this.#poll(signal).finally(() => {
      this.#waiting = undefined;
    });
    return this.#waiting;
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { clock, sleep, random } = this.#deps;
    const since = clock();
    for (let poll = 0; ; poll += 1) {
      let failure: BackendError;
      try {
        assertSame(this.#server.identity, await this.#server.identify(signal));
        return;
      } catch (error) {
        if (!(error instanceof BackendError)) throw error;
        failure = error;
      }
      if (!failure.retryable)
        throw new RunError(`the server is back, but not as it was: ${failure.message}`, { cause: failure });
      const waitedMs = clock() - since;
      if (waitedMs >= this.#outageMs) {
        throw new RunError(`the server has been away for ${Math.round(waitedMs / 1000)} s: ${failure.message}`, {
          cause: failure,
          hint: "nothing is lost: bring it back, then go on with `quantgate run --resume`",
        });
      }
      const delay = Math.min(LONGEST_POLL_MS, FIRST_POLL_MS * 2 ** poll);
      await sleep(Math.min(this.#outageMs - waitedMs, delay / 2 + (random() * delay) / 2), signal);
    }
  }
}

/** Throws `RunError` unless a server is what it was: weights, build and settings. */
function assertSame(before: VariantIdentity, now: VariantIdentity): void {
  const changes = [
    ...(before.weightsDigest === now.weightsDigest ? [] : ["weights"]),
    ...(before.build === now.build ? [] : [`build (${before.build}, now ${now.build})`]),
    ...Object.keys({ ...before.settings, ...now.settings }).filter((key) => before.settings[key] !== now.settings[key]),
  ];
  if (changes.length > 0) {
    throw new RunError(`the server came back with another ${changes.join(", ")}; answers of both can't be mixed`, {
      hint: "bring back what the run was begun with and resume it, or start a new run",
    });
  }
}

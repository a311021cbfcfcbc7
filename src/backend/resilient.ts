import type { AnswerOf, BackendRequest } from "../domain/answer.ts";
import type { VariantIdentity } from "../domain/record.ts";
import type { ServerConfig } from "../spec/backend-schema.ts";
import { type Backend, type BackendCapabilities, BackendError, type RequestContext } from "./backend.ts";
import { ConcurrencyLimiter } from "./concurrency-limiter.ts";
import { Outage } from "./outage.ts";
import type { BackendDeps, ServerBackend } from "./server-backend.ts";

const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/** A server that says 0 still gets a rest. */
const SHORTEST_PAUSE_MS = 100;
/** So many requests at most wait ready for a place in flight: enough for answers that come together. */
const MOST_AHEAD = 16;

/** Exponential backoff with full jitter: uniform in [0, min(30 s, 0.5 s · 2^attempt)). */
export function backoffMs(attempt: number, random: () => number): number {
  return random() * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** attempt);
}

/**
 * A server with patience. What may heal is asked again with backoff, at most `retries` times; a server that throttles is left in peace for as
 * long as it wishes, all requests to it together; one that is gone is waited for. Everything else is the item's own failure.
 */
export class ResilientBackend implements Backend {
  readonly capabilities: BackendCapabilities;
  readonly identity: VariantIdentity;
  readonly concurrency: number;
  readonly ahead: number;
  readonly loadMs: number;
  readonly #server: ServerBackend;
  readonly #retries: number;
  readonly #outageMs: number;
  readonly #deps: BackendDeps;
  readonly #limiter: ConcurrencyLimiter;
  readonly #outage: Outage;
  #pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(
    server: ServerBackend,
    config: Pick<ServerConfig, "concurrency" | "retries" | "outageMs">,
    deps: BackendDeps,
  ) {
    this.capabilities = server.capabilities;
    this.identity = server.identity;
    this.concurrency = server.concurrency;
    this.loadMs = server.loadMs;
    this.#server = server;
    this.#retries = config.retries;
    this.#outageMs = config.outageMs;
    this.#deps = deps;
    const adaptive = typeof config.concurrency !== "number";
    // Where the number is fixed, the client's connections keep it; where it adapts, the limiter does, and nothing waits beyond it.
    this.ahead = adaptive ? 0 : Math.min(server.concurrency, MOST_AHEAD);
    this.#limiter = new ConcurrencyLimiter({ most: server.concurrency + this.ahead, adaptive });
    this.#outage = new Outage(server, config.outageMs, deps);
  }

  async generate<R extends BackendRequest>(
    request: R,
    signal: AbortSignal,
    context?: RequestContext,
  ): Promise<AnswerOf<R>> {
    const { clock, sleep, random } = this.#deps;
    const release = await this.#limiter.acquire(signal);
    const begun = clock();
    try {
      for (let failures = 0; ; ) {
        await this.#untilOpen(signal);
        const sentAt = clock();
        try {
          const answer = await this.#server.generate(request, signal, context);
          this.#limiter.succeeded(request.kind, clock() - sentAt);
          return answer;
        } catch (error) {
          if (!(error instanceof BackendError) || !error.retryable) throw error;
          if (error.kind === "not-sent") continue;
          if (error.kind === "overloaded" || error.kind === "timeout") this.#limiter.overloaded(sentAt, clock());
          if (error.kind === "unreachable") {
            this.#server.recall();
            await this.#outage.wait(signal);
            continue;
          }
          if (error.kind === "overloaded") {
            // Throttling is no failure of this item; only time bounds it.
            if (clock() - begun >= this.#outageMs) throw error;
            this.#pause(error.retryAfterMs ?? backoffMs(failures, random));
            failures += 1;
            continue;
          }
          if (failures >= this.#retries) throw gaveUp(error, failures);
          await sleep(error.retryAfterMs ?? backoffMs(failures, random), signal);
          failures += 1;
        }
      }
    } finally {
      release();
    }
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** Waits out the server's pause and outage. Who waited together does not come back in the same instant. */
  async #untilOpen(signal: AbortSignal): Promise<void> {
    const { clock, sleep, random } = this.#deps;
    for (;;) {
      await this.#outage.over();
      const leftMs = this.#pausedUntil - clock();
      // An outage may have begun during the sleep.
      if (leftMs <= 0) return;
      await sleep(leftMs + random() * FIRST_BACKOFF_MS, signal);
    }
  }

  /** For everyone, also who waits to be sent: that comes back, and finds the pause. */
  #pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#deps.clock() + Math.max(ms, SHORTEST_PAUSE_MS));
    this.#server.recall();
  }
}

function gaveUp(error: BackendError, failures: number): BackendError {
  if (failures === 0) return error;
  return new BackendError({
    kind: error.kind,
    retryable: true,
    message: `${error.message} (after ${failures + 1} tries)`,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

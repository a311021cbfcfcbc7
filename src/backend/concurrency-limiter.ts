import { throwIfAborted } from "../domain/errors.ts";
import { watchAbort } from "./abort-watch.ts";

/** How much slower than the best an answer may be on average before growth stops. */
const LATENCY_TOLERANCE = 1.5;
const FIRST_LIMIT = 4;

export interface LimiterOptions {
  /** The most requests in flight. */
  readonly most: number;
  /** Fixed: always `most`. Else it starts low, grows by one after each round whose latency holds, and halves on overload. */
  readonly adaptive: boolean;
}

interface Round {
  count: number;
  totalMs: number;
  bestMeanMs: number;
}

/**
 * How many requests may be in flight: additive increase, multiplicative decrease. Latencies are compared within one kind of request, since a
 * long text takes longer than a letter on the same server.
 */
export class ConcurrencyLimiter {
  readonly #options: LimiterOptions;
  readonly #waiting: (() => void)[] = [];
  readonly #rounds = new Map<string, Round>();
  #limit: number;
  #inFlight = 0;
  #halvedAt = Number.NEGATIVE_INFINITY;

  constructor(options: LimiterOptions) {
    this.#options = options;
    this.#limit = options.adaptive ? Math.min(FIRST_LIMIT, options.most) : options.most;
  }

  get limit(): number {
    return this.#limit;
  }

  /** Waits for a place; the returned function gives it back. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    throwIfAborted(signal);
    if (this.#inFlight < this.#limit) this.#inFlight += 1;
    else await this.#queue(signal);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#inFlight -= 1;
      this.#admit();
    };
  }

  /** An answer came after `latencyMs`. */
  succeeded(kind: string, latencyMs: number): void {
    if (!this.#options.adaptive) return;
    const round = this.#rounds.get(kind) ?? { count: 0, totalMs: 0, bestMeanMs: Number.POSITIVE_INFINITY };
    this.#rounds.set(kind, round);
    round.count += 1;
    round.totalMs += latencyMs;
    if (round.count < this.#limit) return;
    const meanMs = round.totalMs / round.count;
    if (meanMs <= round.bestMeanMs * LATENCY_TOLERANCE && this.#limit < this.#options.most) {
      this.#limit += 1;
      this.#admit();
    }
    round.bestMeanMs = Math.min(round.bestMeanMs, meanMs);
    round.count = 0;
    round.totalMs = 0;
  }

  /** The server refused or was too slow. Requests sent before the last halving say nothing new. */
  overloaded(sentAtMs: number, nowMs: number): void {
    if (!this.#options.adaptive || sentAtMs < this.#halvedAt) return;
    this.#halvedAt = nowMs;
    this.#limit = Math.max(1, Math.floor(this.#limit / 2));
    for (const round of this.#rounds.values()) {
      round.count = 0;
      round.totalMs = 0;
    }
  }

  #queue(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        unwatch();
        resolve();
      };
      const leave = (): void => {
        unwatch();
        const place = this.#waiting.indexOf(go);
        if (place >= 0) this.#waiting.splice(place, 1);
        try {
          throwIfAborted(signal);
        } catch (error) {
          reject(error);
        }
      };
      const unwatch = watchAbort(signal, leave);
      this.#waiting.push(go);
    });
  }

  #admit(): void {
    while (this.#inFlight < this.#limit) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#inFlight += 1;
      next();
    }
  }
}

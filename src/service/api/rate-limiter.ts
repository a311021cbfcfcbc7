/** Callers that are remembered; the one that was quiet longest is forgotten first, and by then has all its requests back. */
const MAX_CALLERS = 10_000;

interface Bucket {
  left: number;
  atMs: number;
}

/** A token bucket for each caller: so many requests a minute on average, as many at once. */
export class RateLimiter {
  readonly #perMinute: number;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perMinute: number, nowMs: () => number) {
    this.#perMinute = perMinute;
    this.#nowMs = nowMs;
  }

  /** Seconds until the caller may ask again; 0: now, and the request is counted. */
  take(caller: string): number {
    const nowMs = this.#nowMs();
    const known = this.#buckets.get(caller) ?? { left: this.#perMinute, atMs: nowMs };
    const left = Math.min(this.#perMinute, known.left + ((nowMs - known.atMs) / 60_000) * this.#perMinute);
    this.#buckets.delete(caller);
    this.#buckets.set(caller, { left: left >= 1 ? left - 1 : left, atMs: nowMs });
    if (this.#buckets.size > MAX_CALLERS) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return left >= 1 ? 0 : Math.ceil(((1 - left) / this.#perMinute) * 60);
  }
}

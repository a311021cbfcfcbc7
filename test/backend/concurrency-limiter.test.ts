import { describe, expect, it } from "vitest";
import { ConcurrencyLimiter } from "../../src/backend/concurrency-limiter.ts";
import { InterruptedError } from "../../src/domain/errors.ts";

const never = new AbortController().signal;

function answer(limiter: ConcurrencyLimiter, count: number, latencyMs: number, kind = "text"): void {
  for (let index = 0; index < count; index += 1) limiter.succeeded(kind, latencyMs);
}

describe("a fixed limit", () => {
  it("holds, whatever happens", async () => {
    const limiter = new ConcurrencyLimiter({ most: 2, adaptive: false });
    answer(limiter, 100, 1);
    limiter.overloaded(0, 1);
    expect(limiter.limit).toBe(2);
    const releases = [await limiter.acquire(never), await limiter.acquire(never)];
    let third = false;
    const waiting = limiter.acquire(never).then((release) => {
      third = true;
      return release;
    });
    await Promise.resolve();
    expect(third).toBe(false);
    releases[0]?.();
    releases[0]?.();
    (await waiting)();
    releases[1]?.();
    expect(third).toBe(true);
  });
});

describe("an adaptive limit", () => {
  it("starts low and grows by one after each round whose latency holds, up to the most", () => {
    const limiter = new ConcurrencyLimiter({ most: 8, adaptive: true });
    expect(limiter.limit).toBe(4);
    answer(limiter, 4, 20);
    expect(limiter.limit).toBe(5);
    answer(limiter, 5, 25);
    expect(limiter.limit).toBe(6);
    answer(limiter, 100, 22);
    expect(limiter.limit).toBe(8);
  });

  it("stops growing when answers get slow", () => {
    const limiter = new ConcurrencyLimiter({ most: 64, adaptive: true });
    answer(limiter, 4, 20);
    answer(limiter, 50, 40);
    expect(limiter.limit).toBe(5);
  });

  it("compares each kind of request with itself", () => {
    const limiter = new ConcurrencyLimiter({ most: 64, adaptive: true });
    answer(limiter, 4, 20, "letters");
    answer(limiter, 5, 900, "text");
    expect(limiter.limit).toBe(6);
  });

  it("halves on overload, once for all requests that were under way, and never below one", () => {
    const limiter = new ConcurrencyLimiter({ most: 64, adaptive: true });
    answer(limiter, 2000, 20);
    const before = limiter.limit;
    for (let request = 0; request < 10; request += 1) limiter.overloaded(100, 200);
    expect(limiter.limit).toBe(Math.floor(before / 2));
    for (let at = 300; at < 2000; at += 100) limiter.overloaded(at, at + 1);
    expect(limiter.limit).toBe(1);
  });

  it("lets those who wait leave when they are told to", async () => {
    const limiter = new ConcurrencyLimiter({ most: 1, adaptive: true });
    const release = await limiter.acquire(never);
    const stop = new AbortController();
    const waiting = limiter.acquire(stop.signal);
    const next = limiter.acquire(never);
    stop.abort();
    await expect(waiting).rejects.toBeInstanceOf(InterruptedError);
    release();
    (await next)();
  });
});

import type { BackendDeps } from "../../src/backend/server-backend.ts";
import { throwIfAborted } from "../../src/domain/errors.ts";

/** Time that passes only when someone sleeps: the earliest sleeper is woken once nobody else has anything to do. */
export class FakeTime {
  nowMs = 0;
  /** Every sleep that was asked for, in order. */
  readonly slept: number[] = [];
  readonly #sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  #ticking = false;

  deps(random: () => number = () => 0.5): BackendDeps {
    return {
      env: {},
      now: () => new Date(this.nowMs),
      clock: () => this.nowMs,
      random,
      locateModel: async (name) => {
        throw new Error(`no model ${name} was pulled`);
      },
      sleep: async (ms, signal) => {
        throwIfAborted(signal);
        this.slept.push(ms);
        await new Promise<void>((wake) => {
          this.#sleepers.push({ at: this.nowMs + ms, wake });
          this.#tick();
        });
        throwIfAborted(signal);
      },
    };
  }

  #tick(): void {
    if (this.#ticking) return;
    this.#ticking = true;
    setImmediate(() => {
      this.#ticking = false;
      this.#sleepers.sort((a, b) => a.at - b.at);
      const next = this.#sleepers.shift();
      if (next === undefined) return;
      this.nowMs = Math.max(this.nowMs, next.at);
      next.wake();
      if (this.#sleepers.length > 0) this.#tick();
    });
  }
}

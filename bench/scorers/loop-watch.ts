import { readFileSync } from "node:fs";

const TICK_MS = 5;
const NANOSECONDS_A_MILLISECOND = 1e6;

/**
 * Watches the main thread's event loop with a fast timer. A late tick is either the thread's own work or other programs' (on a busy
 * machine); Linux tells them apart by the processor time the thread has used.
 */
export class LoopWatch {
  #timer: NodeJS.Timeout | undefined;
  #lastTickMs = 0;
  #lastUsedMs: number | undefined;
  /** Longest time a tick was late. */
  longestLagMs = 0;
  /** Longest time the thread itself computed between two ticks; the lag where the system doesn't say. */
  longestWorkMs = 0;

  start(): void {
    this.#lastTickMs = performance.now();
    this.#lastUsedMs = usedMs();
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const [now, used] = [performance.now(), usedMs()];
    const lagMs = now - this.#lastTickMs - TICK_MS;
    const workMs = used === undefined || this.#lastUsedMs === undefined ? lagMs : used - this.#lastUsedMs;
    this.longestLagMs = Math.max(this.longestLagMs, lagMs);
    this.longestWorkMs = Math.max(this.longestWorkMs, Math.min(workMs, lagMs + TICK_MS));
    this.#lastTickMs = now;
    this.#lastUsedMs = used;
  }
}

/** Processor time the main thread has used so far; undefined where the system doesn't tell. */
function usedMs(): number | undefined {
  try {
    const [onProcessor] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ");
    return Number(onProcessor) / NANOSECONDS_A_MILLISECOND;
  } catch {
    return undefined;
  }
}

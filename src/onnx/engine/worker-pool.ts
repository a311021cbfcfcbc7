import type { EncoderSpec } from "../encoder-spec.ts";
import type { EncoderFacts } from "../worker/protocol.ts";
import { WorkerThread } from "../worker/worker-thread.ts";

/** A piece of work for one worker. It reports its outcome itself; neither function may throw. */
export interface Task {
  /** The encoder that has to be open in the worker first. */
  readonly encoder?: EncoderSpec;
  run(thread: WorkerThread, facts: EncoderFacts | undefined): Promise<void>;
  /** The encoder could not be opened. */
  fail(error: unknown): void;
}

interface Seat {
  thread: WorkerThread | undefined;
  readonly opened: Map<string, EncoderFacts>;
  busy: boolean;
}

/** Worker threads that ask for work as long as there is some. Threads start, and open encoders, when they are first needed. */
export class WorkerPool {
  readonly #seats: readonly Seat[];
  readonly #next: () => Task | undefined;
  readonly #running = new Set<Promise<void>>();

  constructor(size: number, next: () => Task | undefined) {
    this.#seats = Array.from({ length: size }, () => ({ thread: undefined, opened: new Map(), busy: false }));
    this.#next = next;
  }

  /** Gives work to idle workers. */
  wake(): void {
    for (const seat of this.#seats) {
      if (seat.busy) continue;
      const task = this.#next();
      if (task === undefined) return;
      const running = this.#work(seat, task).finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
  }

  /** Waits for the running tasks, releases the sessions and ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#running);
    await Promise.all(this.#seats.map((seat) => seat.thread?.close()));
  }

  async #work(seat: Seat, first: Task): Promise<void> {
    seat.busy = true;
    for (let task: Task | undefined = first; task !== undefined; task = this.#next()) await this.#run(seat, task);
    seat.busy = false;
  }

  async #run(seat: Seat, task: Task): Promise<void> {
    const { thread, opened } = this.#seatThread(seat);
    const { encoder } = task;
    let facts = encoder && opened.get(encoder.key);
    if (encoder !== undefined && facts === undefined) {
      try {
        facts = await thread.call("open", encoder);
        opened.set(encoder.key, facts);
      } catch (error) {
        task.fail(error);
        return;
      }
    }
    await task.run(thread, facts);
  }

  /** The seat's thread; a new one when the last has ended. */
  #seatThread(seat: Seat): { thread: WorkerThread; opened: Map<string, EncoderFacts> } {
    if (seat.thread === undefined || seat.thread.ended) {
      seat.thread = new WorkerThread();
      seat.opened.clear();
    }
    return { thread: seat.thread, opened: seat.opened };
  }
}

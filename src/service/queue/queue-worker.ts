import { setTimeout as sleep } from "node:timers/promises";
import {
  DelayedError,
  type Job,
  RateLimitError,
  type Telemetry,
  UnrecoverableError,
  WaitingError,
  Worker,
} from "bullmq";
import type { z } from "zod";
import { messageOf, UnavailableError, UsageError } from "../../domain/errors.ts";
import { VariantRefusedError } from "../../executor/open-variant.ts";
import { LaterError, reasonOf, ThrottledError } from "./job-outcome.ts";
import { connect, KEY_PREFIX, type QueueName, type Queues } from "./queues.ts";

/** What a message leads to. */
export interface JobHandler<T> {
  readonly queue: QueueName;
  readonly schema: z.ZodType<T>;
  /** Jobs at a time in this process. */
  readonly concurrency: number;
  /** A job may come twice, also at the same time: what is done already is passed over. */
  handle(job: T, context: JobContext): Promise<void>;
}

export interface JobContext {
  /** The job's id; that of a repeated job tells its time. */
  readonly id: string;
  /** Aborted when the worker can't wait for the job any longer. */
  readonly signal: AbortSignal;
  /** Tells a number that grows; not every one is passed on. */
  readonly progress: (done: number) => void;
}

export type WorkerEvent =
  | { readonly kind: "taken"; readonly job: unknown }
  | { readonly kind: "done"; readonly job: unknown; readonly ms: number }
  | { readonly kind: "put-back"; readonly job: unknown; readonly why: string }
  | { readonly kind: "attempt-failed"; readonly job: unknown; readonly error: unknown }
  | { readonly kind: "trouble"; readonly error: unknown };

export interface QueueWorkerOptions {
  readonly redisUrl: string;
  readonly queues: Queues;
  /** A job whose worker hasn't been heard of for so long is given to another one. */
  readonly lockMs: number;
  readonly onEvent: (event: WorkerEvent) => void;
  /** Goes on with the traces that jobs bring along; absent: nothing is traced. */
  readonly telemetry?: Telemetry | undefined;
}

/** How often a job may lose its worker; deaths of workers are nothing that a run should fail for. */
const MAX_STALLS = 1_000;
/** Tries of what this machine can't do, but perhaps another one. */
const USAGE_TRIES = 3;
const UNAVAILABLE_MS = 5_000;
const PROGRESS_MS = 1_000;
/** For putting jobs back and closing connections. */
const CLOSING_MS = 2_000;

/** Takes jobs from one queue and hands them to its handler, one model load after the other; ends without losing any. */
export class QueueWorker<T> {
  readonly #handler: JobHandler<T>;
  readonly #options: QueueWorkerOptions;
  readonly #worker: Worker<unknown, void>;
  readonly #connection: ReturnType<typeof connect>;
  readonly #impatient = new AbortController();
  readonly #running = new Set<Promise<void>>();

  constructor(handler: JobHandler<T>, options: QueueWorkerOptions) {
    this.#handler = handler;
    this.#options = options;
    const trouble = (error: unknown): void => options.onEvent({ kind: "trouble", error });
    this.#connection = connect(options.redisUrl, trouble);
    this.#worker = new Worker<unknown, void>(handler.queue, (job, token) => this.#take(job, token ?? ""), {
      connection: this.#connection,
      prefix: KEY_PREFIX,
      concurrency: handler.concurrency,
      lockDuration: options.lockMs,
      stalledInterval: options.lockMs,
      maxStalledCount: MAX_STALLS,
      ...(options.telemetry === undefined ? {} : { telemetry: options.telemetry }),
    });
    this.#worker.on("error", trouble);
  }

  /** Takes no more jobs, gives running ones `graceMs` to end, puts the others back, and closes. */
  async close(graceMs: number): Promise<void> {
    await this.#worker.pause(true);
    await Promise.race([Promise.all(this.#running), sleep(Math.max(0, graceMs), undefined, { ref: false })]);
    this.#impatient.abort(new Error("the worker is stopping"));
    await Promise.race([Promise.all(this.#running), sleep(CLOSING_MS, undefined, { ref: false })]);
    await Promise.race([this.#worker.close(), sleep(CLOSING_MS, undefined, { ref: false })]);
    this.#connection.disconnect();
  }

  #take(job: Job<unknown, void>, token: string): Promise<void> {
    const work = this.#process(job, token);
    const settled = work.then(
      () => {},
      () => {},
    );
    this.#running.add(settled);
    void settled.then(() => this.#running.delete(settled));
    return work;
  }

  async #process(job: Job<unknown, void>, token: string): Promise<void> {
    const { onEvent } = this.#options;
    const startedMs = performance.now();
    onEvent({ kind: "taken", job: job.data });
    const parsed = this.#handler.schema.safeParse(job.data);
    if (!parsed.success) throw new UnrecoverableError(`the message is not valid: ${messageOf(parsed.error)}`);
    try {
      const { signal } = this.#impatient;
      await this.#handler.handle(parsed.data, { id: job.id ?? "", signal, progress: this.#teller(job) });
      onEvent({ kind: "done", job: job.data, ms: performance.now() - startedMs });
    } catch (error) {
      await this.#pass(error, job, token);
    }
  }

  /** Puts the job where its error says, and throws what makes BullMQ leave it there. */
  async #pass(error: unknown, job: Job<unknown, void>, token: string): Promise<never> {
    const { onEvent, queues } = this.#options;
    const putBack = (why: string): void => onEvent({ kind: "put-back", job: job.data, why });
    if (this.#impatient.signal.aborted) {
      await job.moveToWait(token);
      putBack("the worker is stopping");
      throw new WaitingError();
    }
    if (error instanceof ThrottledError) {
      await queues.hold(this.#handler.queue, error.forMs);
      putBack(error.message);
      throw new RateLimitError();
    }
    if (error instanceof LaterError || error instanceof UnavailableError) {
      const afterMs = error instanceof LaterError ? error.afterMs : UNAVAILABLE_MS;
      await job.moveToDelayed(Date.now() + afterMs, token);
      putBack(messageOf(error));
      throw new DelayedError();
    }
    onEvent({ kind: "attempt-failed", job: job.data, error });
    const final =
      error instanceof VariantRefusedError || (error instanceof UsageError && job.attemptsMade + 1 >= USAGE_TRIES);
    throw final ? new UnrecoverableError(reasonOf(error)) : new Error(reasonOf(error), { cause: error });
  }

  #teller(job: Job<unknown, void>): (done: number) => void {
    let toldMs = performance.now();
    return (done) => {
      if (performance.now() - toldMs < PROGRESS_MS) return;
      toldMs = performance.now();
      job.updateProgress(done).catch(() => {});
    };
  }
}

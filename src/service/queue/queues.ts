import { setTimeout as sleep } from "node:timers/promises";
import { type Job, type JobsOptions, Queue, type Telemetry } from "bullmq";
import { Redis } from "ioredis";
import { UnavailableError } from "../../domain/errors.ts";

/** Queues by what is done with their jobs; each backend has its own for generation, so that it is never asked more than it can take. */
export type QueueName = "runs" | "score" | "schedules" | "alerts" | `generate.${string}`;

/** Keys of ours in Redis begin so. */
export const KEY_PREFIX = "quantgate";
/** Bytes of a message; references need less. */
const MESSAGE_BYTES = 1_000;
const ANSWER_MS = 5_000;
const CLOSING_MS = 1_000;
const LONGEST_RECONNECT_MS = 1_000;
/** Failed jobs that are looked through. */
const FAILED = 200;

/** The queue of a backend's units. Names of backends may hold what names of queues may not. */
export function generateQueue(backendName: string): QueueName {
  return `generate.${encodeURIComponent(backendName)}`;
}

export interface QueuedJob {
  /** Jobs of one id are one job, for as long as the first isn't done. */
  readonly id: string;
  readonly data: object;
}

export interface FailedJob {
  readonly data: unknown;
  readonly reason: string;
}

export interface QueuesOptions {
  /** Carries traces with the jobs; absent: there are none. */
  readonly telemetry?: Telemetry | undefined;
  /** `traceparent` of whatever is added, for those who have no telemetry of their own. */
  readonly trace?: string | undefined;
}

/** A connection to Redis that tries again for ever. */
export function connect(url: string, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(LONGEST_RECONNECT_MS, 50 * attempt),
  });
  redis.on("error", onError);
  return redis;
}

/**
 * The queues, from the side of those who add to them. What is in them may be lost with Redis at any time: whoever adds looks again later whether
 * it was done. Rejects with `UnavailableError` within seconds while Redis is away.
 */
export class Queues {
  readonly #redis: Redis;
  readonly #onError: (error: Error) => void;
  readonly #options: QueuesOptions;
  readonly #queues = new Map<QueueName, Queue>();

  constructor(url: string, onError: (error: Error) => void, options: QueuesOptions = {}) {
    this.#onError = onError;
    this.#options = options;
    this.#redis = connect(url, onError);
  }

  /** Adds jobs in order, but for those whose id is in the queue. */
  async add(name: QueueName, jobs: readonly QueuedJob[], options: JobsOptions = {}): Promise<void> {
    if (jobs.length === 0) return;
    const queue = this.#queue(name);
    const { trace } = this.#options;
    const telemetry = trace === undefined ? {} : { telemetry: { metadata: JSON.stringify({ traceparent: trace }) } };
    await this.#soon(() =>
      queue.addBulk(
        jobs.map(({ id, data }) => ({
          name: "job",
          data,
          opts: { jobId: id, removeOnComplete: true, sizeLimit: MESSAGE_BYTES, ...telemetry, ...options },
        })),
      ),
    );
  }

  /** Jobs that have failed for good, some of them if there are very many. */
  async failed(name: QueueName): Promise<readonly FailedJob[]> {
    const jobs = await this.#soon(() => this.#queue(name).getFailed(0, FAILED - 1));
    return jobs.map((job) => ({ data: job.data, reason: job.failedReason }));
  }

  /** Forgets failed jobs, so that the same ids can be added again. */
  async forgetFailed(name: QueueName, isMeant: (data: unknown) => boolean): Promise<void> {
    const jobs = await this.#soon(() => this.#queue(name).getFailed(0, FAILED - 1));
    for (const job of jobs) if (isMeant(job.data)) await this.#soon(() => job.remove());
  }

  /** Jobs that somebody works on, with what was last told of their progress. */
  async active(name: QueueName): Promise<readonly { readonly data: unknown; readonly progress: unknown }[]> {
    const jobs: readonly (Job | undefined)[] = await this.#soon(() => this.#queue(name).getActive());
    // A job may end between the listing and the reading.
    return jobs.flatMap((job) => (job === undefined ? [] : [{ data: job.data, progress: job.progress }]));
  }

  /** Jobs by state: waiting, active, delayed, failed. */
  async counts(name: QueueName): Promise<Readonly<Record<string, number>>> {
    return this.#soon(() => this.#queue(name).getJobCounts("waiting", "active", "delayed", "failed"));
  }

  /** The same of several queues. */
  async countsOf(names: readonly QueueName[]): Promise<ReadonlyMap<QueueName, Readonly<Record<string, number>>>> {
    return new Map(await Promise.all(names.map(async (name) => [name, await this.counts(name)] as const)));
  }

  /** Limits that hold for all workers of a queue together; what is absent isn't limited. Redis forgets them with everything else. */
  async limit(name: QueueName, limits: { readonly atATime?: number; readonly everyMs?: number }): Promise<void> {
    const queue = this.#queue(name);
    const { atATime, everyMs } = limits;
    await this.#soon(() =>
      atATime === undefined ? queue.removeGlobalConcurrency() : queue.setGlobalConcurrency(atATime),
    );
    await this.#soon(() =>
      everyMs === undefined ? queue.removeGlobalRateLimit() : queue.setGlobalRateLimit(1, Math.ceil(everyMs)),
    );
  }

  /** Nobody gets a job of this queue for a while. */
  async hold(name: QueueName, forMs: number): Promise<void> {
    await this.#soon(() => this.#queue(name).rateLimit(forMs));
  }

  /** Adds a job by a cron expression from now on, in the place of an earlier one of the same id. */
  async repeat(name: QueueName, id: string, cron: { readonly pattern: string; readonly tz?: string }, data: object) {
    await this.#soon(() =>
      this.#queue(name).upsertJobScheduler(id, cron, {
        name: "job",
        data,
        opts: {
          removeOnComplete: true,
          removeOnFail: true,
          sizeLimit: MESSAGE_BYTES,
          // Each time is a trace of its own, not part of whoever made the schedule.
          telemetry: { omitContext: true },
        },
      }),
    );
  }

  /** Ids that are repeated, with when the next job is due. */
  async repeated(name: QueueName): Promise<ReadonlyMap<string, Date | undefined>> {
    const found = await this.#soon(() => this.#queue(name).getJobSchedulers());
    return new Map(found.map(({ key, next }) => [key, next === undefined ? undefined : new Date(next)]));
  }

  async stopRepeating(name: QueueName, id: string): Promise<void> {
    await this.#soon(() => this.#queue(name).removeJobScheduler(id));
  }

  /** Whether Redis answers. */
  isUp(): boolean {
    return this.#redis.status === "ready";
  }

  async close(): Promise<void> {
    // Without Redis a queue waits for it even to close.
    const closed = Promise.all([...this.#queues.values()].map((queue) => queue.close()));
    await Promise.race([closed, sleep(CLOSING_MS, undefined, { ref: false })]);
    this.#redis.disconnect();
  }

  #queue(name: QueueName): Queue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const { telemetry } = this.#options;
    const queue = new Queue(name, {
      connection: this.#redis,
      prefix: KEY_PREFIX,
      ...(telemetry === undefined ? {} : { telemetry }),
    });
    queue.on("error", this.#onError);
    this.#queues.set(name, queue);
    return queue;
  }

  /** A command waits for Redis without an end; whoever asks here doesn't. */
  async #soon<T>(work: () => Promise<T>): Promise<T> {
    const away = new UnavailableError("Redis is away", { hint: "nothing is lost: what is to be done is in the store" });
    const { status } = this.#redis;
    if (status !== "ready" && status !== "connecting" && status !== "connect") throw away;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(away), ANSWER_MS);
    });
    try {
      return await Promise.race([work(), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

import { CancelledError, throwIfAborted, UnavailableError } from "../../domain/errors.ts";
import type { Executed, Execution, Executor } from "../../executor/executor.ts";
import { pause } from "../../pause.ts";
import { errorFrom } from "./job-outcome.ts";
import { UnitJobSchema } from "./jobs.ts";
import { generateQueue, type QueuedJob, type QueueName, type Queues } from "./queues.ts";
import { type MissingUnits, UnitIntake } from "./unit-intake.ts";

export interface BullMqOptions {
  /** How often it is looked for what workers have stored. */
  readonly pollMs: number;
  /** How often what is missing is put into the queues again, in case they lost it. */
  readonly redispatchMs: number;
  /** Tries of a unit whose worker couldn't do it. */
  readonly attempts: number;
  /** Wait before the second try; doubles from try to try. */
  readonly backoffMs: number;
  /** Called when Redis is away; the run goes on when it is back. */
  readonly onTrouble: (error: unknown) => void;
}

/** Units of ours are found again by their id. */
export function unitJobId(run: string, unit: number): string {
  return `${run}.${unit}`;
}

/**
 * Hands the units of a plan to workers, through a queue for each backend and one for scoring, and brings what they store into the run's journal.
 * The plan and the stored parts are the truth; the queues may lose everything at any time.
 */
export class BullMqExecutor implements Executor {
  readonly name = "bullmq";
  readonly #queues: Queues;
  readonly #options: BullMqOptions;

  constructor(queues: Queues, options: BullMqOptions) {
    this.#queues = queues;
    this.#options = options;
  }

  execute(execution: Execution): Promise<Executed> {
    const intake = new UnitIntake(execution);
    return intake.openings.during(async () => {
      throwIfAborted(execution.signal);
      try {
        await this.#untilComplete(execution, intake);
      } catch (error) {
        // What was answered by then is in the run, also of units that are not finished.
        await intake.take({ pieces: true }).catch(() => {});
        throw error;
      }
      return intake.scoring;
    });
  }

  async #untilComplete(execution: Execution, intake: UnitIntake): Promise<void> {
    await this.#forgetFailures(execution);
    for (let dispatchedMs = Number.NEGATIVE_INFINITY; ; ) {
      await intake.take({ pieces: false });
      if (intake.isComplete()) return;
      await this.#throwIfHopeless(execution);
      if (performance.now() - dispatchedMs >= this.#options.redispatchMs) {
        dispatchedMs = performance.now();
        await this.#unlessAway(() => this.#dispatch(execution, intake.missing()));
      }
      await pause(this.#options.pollMs, execution.signal);
    }
  }

  async #dispatch({ plan, run }: Execution, missing: MissingUnits): Promise<void> {
    const { attempts, backoffMs } = this.#options;
    const options = { attempts, backoff: { type: "exponential", delay: backoffMs } };
    const jobOf = (unit: number): QueuedJob => ({ id: unitJobId(run.id, unit), data: { run: run.id, unit } });
    const byQueue = new Map<QueueName, QueuedJob[]>();
    for (const index of missing.answers) {
      const queue = generateQueue(plan.units[index]?.variant.backendName ?? "");
      byQueue.set(queue, [...(byQueue.get(queue) ?? []), jobOf(index)]);
    }
    for (const [queue, jobs] of byQueue) await this.#queues.add(queue, jobs, options);
    await this.#queues.add("score", missing.scores.map(jobOf), options);
  }

  /** Throws when the run was cancelled, or a unit has failed for good. */
  async #throwIfHopeless(execution: Execution): Promise<void> {
    if ((await execution.run.readPart("stop")) !== undefined) throw new CancelledError();
    const failed = await this.#unlessAway(() => this.#failureOf(execution));
    if (failed !== undefined) throw errorFrom(failed);
  }

  async #failureOf(execution: Execution): Promise<string | undefined> {
    for (const queue of queuesOf(execution)) {
      const jobs = await this.#queues.failed(queue);
      const own = jobs.find(({ data }) => isOf(data, execution.run.id));
      if (own !== undefined) return own.reason;
    }
    return undefined;
  }

  /** Whoever executes a run again wants its units tried again. */
  async #forgetFailures(execution: Execution): Promise<void> {
    for (const queue of queuesOf(execution))
      await this.#unlessAway(() => this.#queues.forgetFailed(queue, (data) => isOf(data, execution.run.id)));
  }

  async #unlessAway<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      this.#options.onTrouble(error);
      return undefined;
    }
  }
}

function queuesOf({ plan }: Execution): readonly QueueName[] {
  return [...new Set(plan.units.map(({ variant }) => generateQueue(variant.backendName))), "score"];
}

function isOf(data: unknown, run: string): boolean {
  return UnitJobSchema.safeParse(data).data?.run === run;
}

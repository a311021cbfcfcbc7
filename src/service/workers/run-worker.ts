import { UnavailableError } from "../../domain/errors.ts";
import type { ListedRun } from "../../store/listed-run.ts";
import type { RunStore } from "../../store/run-store.ts";
import { enqueueRuns, unfinishedRuns } from "../queue/enqueue-runs.ts";
import { LaterError } from "../queue/job-outcome.ts";
import type { RunJob } from "../queue/jobs.ts";
import type { JobContext } from "../queue/queue-worker.ts";
import type { Queues } from "../queue/queues.ts";
import { openIfThere } from "../queue/run-parts.ts";
import type { Finish } from "./finish-run.ts";

export interface RunWorkerDeps {
  readonly store: RunStore;
  readonly queues: Queues;
  /** Brings one run to its end, where it doesn't block this thread. */
  readonly finish: (run: string, signal: AbortSignal) => Promise<Finish>;
  readonly onEnded: (ended: ListedRun) => Promise<void>;
  readonly onTrouble: (error: unknown) => void;
}

/** A run that another process has is looked at again after so long. */
const LEFT_MS = 10_000;

/** Brings runs to their end, each for as long as its units take; waiting costs nothing. */
export class RunWorker {
  readonly #deps: RunWorkerDeps;
  readonly #working = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: RunWorkerDeps) {
    this.#deps = deps;
  }

  async handle({ run: id }: RunJob, { signal }: Pick<JobContext, "signal">): Promise<void> {
    // The queue may have lost this run's job and got another one while the first is still worked on.
    if (this.#working.has(id)) throw new LaterError("this worker has the run", LEFT_MS);
    if ((await openIfThere(this.#deps.store, id)) === undefined) return;
    this.#working.add(id);
    try {
      const finish = await this.#deps.finish(id, signal);
      if (finish.kind === "left") throw new LaterError(finish.why, LEFT_MS);
      await this.#deps.onEnded(finish.listed);
    } finally {
      this.#working.delete(id);
    }
  }

  /** Puts unfinished runs into the queue, now and again, in case it lost them or never had them. */
  reconcileEvery(ms: number): void {
    const again = async (): Promise<void> => {
      try {
        await enqueueRuns(this.#deps.queues, await unfinishedRuns(this.#deps.store));
      } catch (error) {
        if (!(error instanceof UnavailableError)) this.#deps.onTrouble(error);
      }
      if (this.#timer !== undefined) this.#timer = setTimeout(() => void again(), ms);
    };
    this.#timer = setTimeout(() => void again(), 0);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

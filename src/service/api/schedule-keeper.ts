/** What is kept of a spec that is submitted by the clock. */
export interface KeptSchedule {
  readonly cron: string;
  readonly timezone?: string | undefined;
  /** As it was given: names in it are looked up anew each time. */
  readonly spec?: unknown;
  /** Name of a registered webhook. */
  readonly webhook?: string | undefined;
  readonly submittedBy: string;
  readonly createdAt: string;
}

export interface ListedSchedule extends KeptSchedule {
  readonly name: string;
  /** When it is due next; absent while the queue is away. */
  readonly next?: Date;
}

/** Port: specs that are submitted by the clock, whoever has the clock. */
export interface ScheduleKeeper {
  /** Keeps a schedule, in the place of one of the same name. Throws `UsageError` for a cron expression or time zone that isn't one. */
  put(name: string, schedule: Omit<KeptSchedule, "createdAt">): Promise<void>;
  /** Throws `UsageError` when there is none of that name. */
  remove(name: string): Promise<void>;
  list(): Promise<readonly ListedSchedule[]>;
}

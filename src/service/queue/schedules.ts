import { z } from "zod";
import { RunError, UsageError } from "../../domain/errors.ts";
import type { Collection } from "../../store/collection.ts";
import type { ListedSchedule, ScheduleKeeper } from "../api/schedule-keeper.ts";
import type { Queues } from "./queues.ts";

/** Five fields, minute to weekday; BullMQ also takes six, with seconds first. */
const CRON = /^(?:[\d*,/?LW#A-Za-z-]+\s+){4,5}[\d*,/?LW#A-Za-z-]+$/;

const EntrySchema = z.strictObject({
  schema: z.literal(1),
  cron: z.string().regex(CRON, 'a cron expression, such as "0 3 * * 1" for Mondays at three'),
  timezone: z.string().min(1).max(100).optional().describe("IANA name, such as Europe/Berlin; default: UTC."),
  /** As it was submitted: names are looked up anew each time. */
  spec: z.unknown(),
  webhook: z.string().min(1).max(100).optional().describe("Name of a registered webhook, told when a verdict changes."),
  submittedBy: z.string(),
  createdAt: z.string(),
});

/** A spec that is submitted again and again. */
export type ScheduleEntry = z.output<typeof EntrySchema>;
export type NewSchedule = Omit<ScheduleEntry, "schema" | "createdAt">;

/** The clock of a queue. */
type Clock = Pick<Queues, "repeat" | "repeated" | "stopRepeating">;

/** Specs to be submitted by the clock. They are kept in the store; the queue that has the clock may forget them at any time. */
export class Schedules implements ScheduleKeeper {
  readonly #entries: Collection;
  readonly #queues: Clock;
  readonly #now: () => Date;

  constructor(entries: Collection, queues: Clock, now: () => Date) {
    this.#entries = entries;
    this.#queues = queues;
    this.#now = now;
  }

  async put(name: string, schedule: NewSchedule): Promise<void> {
    const parsed = EntrySchema.safeParse({ ...schedule, schema: 1, createdAt: this.#now().toISOString() });
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new UsageError(`${issue?.path.join(".") ?? "schedule"}: ${issue?.message ?? "not valid"}`);
    }
    const { timezone } = parsed.data;
    if (timezone !== undefined && !isTimeZone(timezone)) throw new UsageError(`"${timezone}" is not a time zone`);
    await this.#arm(name, parsed.data).catch((error: unknown) => {
      // The parser of cron expressions says what is wrong in its own kind of error.
      if (error instanceof RunError) return;
      throw new UsageError(`"${parsed.data.cron}" is not a cron expression`, { cause: error });
    });
    await this.#entries.put(name, `${JSON.stringify(parsed.data)}\n`);
  }

  async remove(name: string): Promise<void> {
    if (!(await this.#entries.remove(name))) throw new UsageError(`there is no schedule "${name}"`);
    await this.#queues.stopRepeating("schedules", name).catch(() => {});
  }

  /** `undefined` when there is none of that name. */
  async get(name: string): Promise<ScheduleEntry | undefined> {
    const text = await this.#entries.get(name);
    if (text === undefined) return undefined;
    const parsed = EntrySchema.safeParse(JSON.parse(text));
    if (!parsed.success)
      throw new RunError(`what is kept of schedule "${name}" is damaged`, { hint: "remove it and make it again" });
    return parsed.data;
  }

  async list(): Promise<readonly ListedSchedule[]> {
    const due = await this.#queues.repeated("schedules").catch(() => new Map<string, Date | undefined>());
    const listed: ListedSchedule[] = [];
    for (const name of await this.#entries.names()) {
      const entry = await this.get(name);
      const next = due.get(name);
      if (entry !== undefined) listed.push({ name, ...entry, ...(next === undefined ? {} : { next }) });
    }
    return listed;
  }

  /** Gives the queue what it has lost, and takes from it what is no longer wanted. */
  async reconcile(): Promise<void> {
    const armed = await this.#queues.repeated("schedules");
    const names = await this.#entries.names();
    for (const name of armed.keys()) if (!names.includes(name)) await this.#queues.stopRepeating("schedules", name);
    for (const name of names) {
      const entry = armed.has(name) ? undefined : await this.get(name);
      if (entry !== undefined) await this.#arm(name, entry);
    }
  }

  async #arm(name: string, { cron, timezone = "UTC" }: ScheduleEntry): Promise<void> {
    await this.#queues.repeat("schedules", name, { pattern: cron, tz: timezone }, { schedule: name });
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

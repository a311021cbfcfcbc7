import { RunError } from "../../domain/errors.ts";
import { type ListedRun, listRun } from "../../store/listed-run.ts";
import type { RunStore } from "../../store/run-store.ts";
import type { AlertJob } from "./jobs.ts";
import type { Queues } from "./queues.ts";
import { openIfThere } from "./run-parts.ts";
import type { Schedules } from "./schedules.ts";

/** What a webhook gets: the run, the one before it, and whose verdict is another one now. */
export interface Alert {
  readonly schedule: string;
  readonly run: string;
  readonly before: string;
  readonly overall: { readonly before: string; readonly now: string };
  readonly changed: readonly { readonly variant: string; readonly before: string; readonly now: string }[];
}

export interface AlertDeps {
  readonly store: RunStore;
  readonly queues: Queues;
  readonly schedules: Schedules;
  /** Sends the alert to a registered webhook; rejects when it wasn't taken. */
  readonly send: (webhook: string, alert: Alert) => Promise<void>;
}

const ATTEMPTS = 10;
const BACKOFF_MS = 5_000;

/**
 * Tells webhooks of schedules whose verdict is another one than when they were last looked at. What was looked at is in the store, so nothing is
 * missed that the queue forgets; a webhook may be told twice.
 */
export class Alerts {
  readonly #deps: AlertDeps;

  constructor(deps: AlertDeps) {
    this.#deps = deps;
  }

  /** Has the newest run of each schedule looked at, unless that was done. */
  async reconcile(): Promise<void> {
    const { store, queues, schedules } = this.#deps;
    for (const { name } of await schedules.list()) {
      const newest = (await store.find({ schedule: name, statuses: ["completed"] }, { limit: 1 })).runs[0];
      if (newest === undefined || (await store.collection("alerts").get(name)) === newest.id) continue;
      const job = { id: `alert.${newest.id}`, data: { run: newest.id } };
      const backoff = { type: "exponential", delay: BACKOFF_MS };
      await queues.add("alerts", [job], { attempts: ATTEMPTS, backoff, removeOnFail: true });
    }
  }

  async handle({ run }: AlertJob): Promise<void> {
    const { store, schedules, send } = this.#deps;
    const now = await listedIfThere(store, run);
    if (now?.schedule === undefined || now.status !== "completed") return;
    const seen = store.collection("alerts");
    const last = await seen.get(now.schedule);
    if (last === run) return;
    const before = last === undefined ? undefined : await listedIfThere(store, last);
    const webhook = (await schedules.get(now.schedule))?.webhook;
    const alert = before === undefined ? undefined : changeBetween(now.schedule, before, now);
    if (alert !== undefined && webhook !== undefined) await send(webhook, alert);
    await seen.put(now.schedule, run);
  }
}

async function listedIfThere(store: RunStore, id: string): Promise<ListedRun | undefined> {
  const run = await openIfThere(store, id);
  return run === undefined ? undefined : listRun(id, await run.read("manifest.json"), await run.read("verdicts.json"));
}

/** `undefined` when every verdict is the same as before. */
export function changeBetween(schedule: string, before: ListedRun, now: ListedRun): Alert | undefined {
  if (before.overall === undefined || now.overall === undefined)
    throw new RunError(`a completed run of schedule ${schedule} has no verdict`);
  const earlier = new Map(before.verdicts?.map(({ variant, verdict }) => [variant, verdict]));
  const changed = (now.verdicts ?? []).flatMap(({ variant, verdict }) => {
    const was = earlier.get(variant) ?? "none";
    return was === verdict ? [] : [{ variant, before: was, now: verdict }];
  });
  if (changed.length === 0 && before.overall === now.overall) return undefined;
  return { schedule, run: now.id, before: before.id, overall: { before: before.overall, now: now.overall }, changed };
}

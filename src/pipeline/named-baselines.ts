import { z } from "zod";
import { RunError, UsageError } from "../domain/errors.ts";
import type { RunStore } from "../store/run-store.ts";

/** Means the newest run that passed, and so can't be given to a run. */
export const LAST_PASSING = "last-passing";

const EntrySchema = z.object({ schema: z.literal(1), run: z.string() });

/** Gives a run a name, also one that was another's. Throws `UsageError` when there is no such run, and for a name that can't be one. */
export async function nameBaseline(name: string, runId: string, store: RunStore): Promise<void> {
  if (name === LAST_PASSING) throw new UsageError(`"${name}" always means the newest run that passed`);
  await store.open(runId);
  await store.collection("baselines").put(name, `${JSON.stringify({ schema: 1, run: runId })}\n`);
}

/** Id of the run of that name; `undefined` when no run has it. */
export async function baselineNamed(name: string, store: RunStore): Promise<string | undefined> {
  const text = await store.collection("baselines").get(name);
  if (text === undefined) return undefined;
  try {
    return EntrySchema.parse(JSON.parse(text)).run;
  } catch (cause) {
    throw new RunError(`what is kept of baseline "${name}" is damaged`, {
      cause,
      hint: `quantgate baseline set ${name} <run> names it again`,
    });
  }
}

/** Names in order. */
export function baselineNames(store: RunStore): Promise<readonly string[]> {
  return store.collection("baselines").names();
}

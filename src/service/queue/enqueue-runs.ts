import type { RunStore } from "../../store/run-store.ts";
import type { Queues } from "./queues.ts";

const PAGE = 200;

/** Puts runs into the queue; those that are in it stay there once. */
export async function enqueueRuns(queues: Queues, ids: readonly string[]): Promise<void> {
  const jobs = ids.map((run) => ({ id: run, data: { run } }));
  // A run that fails for its own reasons is told in its manifest; a job that fails is one to try again.
  await queues.add("runs", jobs, { removeOnFail: true });
}

/** Ids of the runs that workers have to bring to their end, the oldest first. */
export async function unfinishedRuns(store: RunStore): Promise<readonly string[]> {
  const found: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = await store.find(
      { statuses: ["queued", "running", "interrupted"] },
      { limit: PAGE, ...(after === undefined ? {} : { after }) },
    );
    found.push(...page.runs.filter(({ executor }) => executor === "bullmq").map(({ id }) => id));
    after = page.runs.at(-1)?.id;
    if (!page.more || after === undefined) return found.reverse();
  }
}

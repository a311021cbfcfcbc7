import { readManifest } from "../../store/read-manifest.ts";
import { UnitJobSchema } from "../queue/jobs.ts";
import { QueueWorker } from "../queue/queue-worker.ts";
import type { ScoreRequest } from "./make-thread-scorer.ts";
import { assertVersion } from "./open-run-context.ts";
import { type ScoredUnit, UnitScorer } from "./score-unit.ts";
import { ThreadCalls } from "./thread-calls.ts";
import { threadEntry } from "./thread-entry.ts";
import type { AttachedWorker, WorkerShell } from "./worker-process.ts";

/** Takes answered units and scores them in a thread of its own. */
export async function attachScore({ store, metrics, tracer, options }: WorkerShell): Promise<AttachedWorker> {
  const thread = new ThreadCalls<ScoreRequest, ScoredUnit>(threadEntry("score"));
  const scorer = new UnitScorer({
    store,
    score: async (run, unit, answers, signal) => {
      const manifest = await readManifest(run);
      assertVersion(manifest);
      const attributes = { "quantgate.run": run.id, "quantgate.unit": unit };
      return tracer.span("score", { attributes }, () =>
        thread.call({ run: run.id, manifest: JSON.stringify(manifest), unit, answers }, signal),
      );
    },
    onScored: () => metrics.scored(),
  });
  const handle = scorer.handle.bind(scorer);
  const worker = new QueueWorker({ queue: "score", schema: UnitJobSchema, concurrency: 1, handle }, options("score"));
  return {
    queues: () => ["score"],
    close: async (graceMs) => {
      await worker.close(graceMs);
      await thread.close();
    },
  };
}

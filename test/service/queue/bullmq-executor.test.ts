import { dirname } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import type { Executed, Execution, Executor } from "../../../src/executor/executor.ts";
import { BullMqExecutor } from "../../../src/service/queue/bullmq-executor.ts";
import { UnitJobSchema } from "../../../src/service/queue/jobs.ts";
import { QueueWorker } from "../../../src/service/queue/queue-worker.ts";
import { generateQueue, Queues } from "../../../src/service/queue/queues.ts";
import { UnitGenerator } from "../../../src/service/workers/generate-unit.ts";
import { UnitScorer } from "../../../src/service/workers/score-unit.ts";
import { ThreadScorer } from "../../../src/service/workers/thread-scorer.ts";
import { FileStore } from "../../../src/store/file-store.ts";
import { executorContract } from "../../contract/executor.contract.ts";
import { RedisServer, redisMissing } from "../../support/redis-server.ts";

/** The executor with one worker for each queue, which come and go with it: all that one execution needs. */
class Fleet implements Executor {
  readonly name = "bullmq";
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async execute(execution: Execution): Promise<Executed> {
    const { plan, sources, scorers, run, openBackend, now } = execution;
    const store = new FileStore(dirname(run.location));
    const queues = new Queues(this.#url, () => {});
    const close = async () => {};
    const generator = new UnitGenerator({
      store,
      openBackend,
      now,
      openRun: async () => ({ plan, sources, close }),
      onAnswered: async (job) => queues.add("score", [{ id: `${job.run}.${job.unit}`, data: job }]),
      onRecord: () => {},
    });
    const unitScorer = new ThreadScorer(async () => ({ plan, sources, scorers, close }));
    const scorer = new UnitScorer({
      store,
      score: (_, unit, answers, signal) => unitScorer.score({ run: run.id, manifest: "", unit, answers }, signal),
      onScored: () => {},
    });
    const options = { redisUrl: this.#url, queues, lockMs: 5_000, onEvent: () => {} };
    const job = { schema: UnitJobSchema, concurrency: 1 };
    const workers = [
      new QueueWorker({ ...job, queue: generateQueue("fake"), handle: generator.handle.bind(generator) }, options),
      new QueueWorker({ ...job, queue: "score", handle: scorer.handle.bind(scorer) }, options),
    ];
    let ending: Promise<void> | undefined;
    const end = (): Promise<void> => {
      ending ??= (async () => {
        await Promise.all(workers.map((worker) => worker.close(0)));
        await generator.close();
        await unitScorer.close();
      })();
      return ending;
    };
    const stopped = new AbortController();
    const stop = (): void => void end().then(() => stopped.abort());
    execution.signal.addEventListener("abort", stop, { once: true });
    if (execution.signal.aborted) stopped.abort();
    try {
      const settings = { pollMs: 20, redispatchMs: 300, attempts: 1, backoffMs: 10, onTrouble: () => {} };
      return await new BullMqExecutor(queues, settings).execute({ ...execution, signal: stopped.signal });
    } finally {
      await end();
      await queues.close();
    }
  }
}

describe.skipIf(redisMissing)(`on Redis${redisMissing === undefined ? "" : ` (skipped: ${redisMissing})`}`, () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis?.remove());

  executorContract("BullMQ", async () => {
    // Runs of the contract have the same id.
    await redis.empty();
    return new Fleet(redis.url);
  });
});

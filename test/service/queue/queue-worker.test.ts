import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { RunError, throwIfAborted, UnavailableError, UsageError } from "../../../src/domain/errors.ts";
import { VariantRefusedError } from "../../../src/executor/open-variant.ts";
import { errorFrom, LaterError, ThrottledError } from "../../../src/service/queue/job-outcome.ts";
import { type JobContext, QueueWorker, type WorkerEvent } from "../../../src/service/queue/queue-worker.ts";
import { generateQueue, Queues } from "../../../src/service/queue/queues.ts";
import { until } from "../../support/cli.ts";
import { RedisServer, redisMissing } from "../../support/redis-server.ts";

const schema = z.strictObject({ n: z.int() });
const queue = generateQueue("a:b c");

describe.skipIf(redisMissing)(
  `a worker of a queue${redisMissing === undefined ? "" : ` (skipped: ${redisMissing})`}`,
  () => {
    let redis: RedisServer;
    let queues: Queues;
    let workers: QueueWorker<{ n: number }>[];
    let events: WorkerEvent[];
    beforeAll(async () => {
      redis = await RedisServer.start();
    });
    afterAll(() => redis?.remove());
    beforeEach(async () => {
      await redis.empty();
      queues = new Queues(redis.url, () => {});
      workers = [];
      events = [];
    });
    afterEach(async () => {
      for (const worker of workers) await worker.close(0);
      await queues.close();
    });

    function work(
      handle: (n: number, context: JobContext) => Promise<void>,
      concurrency = 1,
    ): QueueWorker<{ n: number }> {
      const worker = new QueueWorker(
        { queue, schema, concurrency, handle: ({ n }, context) => handle(n, context) },
        { redisUrl: redis.url, queues, lockMs: 5_000, onEvent: (event) => events.push(event) },
      );
      workers.push(worker);
      return worker;
    }

    const add = (numbers: readonly number[], options = {}) =>
      queues.add(
        queue,
        numbers.map((n) => ({ id: `job.${n}`, data: { n } })),
        options,
      );
    const kinds = () => events.map(({ kind }) => kind);

    it("does jobs in order, each once, however often it is added while it waits", async () => {
      await add([1, 2, 3]);
      await add([2, 3, 1]);
      const done: number[] = [];
      work(async (n) => void done.push(n));
      await until(() => done.length === 3);
      expect(done).toEqual([1, 2, 3]);
      await until(async () => Object.values(await queues.counts(queue)).every((count) => count === 0));
      await add([1]);
      await until(() => done.length === 4);
    });

    it("tries again what fails, and keeps what has failed for good with its reason and hint", async () => {
      await add([1], { attempts: 3, backoff: { type: "exponential", delay: 1 } });
      let tries = 0;
      work(async () => {
        tries += 1;
        throw new RunError("the file is cut", { hint: "pull it again" });
      });
      await until(async () => (await queues.failed(queue)).length === 1);
      expect(tries).toBe(3);
      const [failed] = await queues.failed(queue);
      expect(failed?.data).toEqual({ n: 1 });
      const error = errorFrom(failed?.reason ?? "");
      expect([error.message, error.hint]).toEqual(["the file is cut", "pull it again"]);
      await queues.forgetFailed(queue, (data) => schema.parse(data).n === 1);
      expect(await queues.failed(queue)).toEqual([]);
    });

    it.each<[string, Error, number]>([
      ["that no worker can do", new VariantRefusedError("other weights"), 1],
      ["that perhaps another machine can do", new UsageError("no such file"), 3],
    ])("gives up early what is known to be of a kind %s", async (_, error, tries) => {
      await add([1], { attempts: 8, backoff: { type: "exponential", delay: 1 } });
      let tried = 0;
      work(async () => {
        tried += 1;
        throw error;
      });
      await until(async () => (await queues.failed(queue)).length === 1);
      expect(tried).toBe(tries);
    });

    it.each<[string, Error]>([
      ["is to be done later", new LaterError("another version", 20)],
      ["waits for an overloaded server", new ThrottledError(20, undefined)],
    ])("counts no try of what %s", async (_, error) => {
      await add([1], { attempts: 1 });
      let tries = 0;
      work(async () => {
        tries += 1;
        if (tries < 4) throw error;
      });
      await until(() => kinds().includes("done"));
      expect(tries).toBe(4);
      expect(await queues.failed(queue)).toEqual([]);
    });

    it("refuses messages of another shape", async () => {
      await queues.add(queue, [{ id: "job.x", data: { n: "1" } }]);
      work(async () => {
        throw new Error("must not be reached");
      });
      await until(async () => (await queues.failed(queue)).length === 1);
      expect((await queues.failed(queue))[0]?.reason).toContain("the message is not valid");
      await expect(queues.add(queue, [{ id: "job.y", data: { text: "x".repeat(2_000) } }])).rejects.toThrow(/size/i);
    });

    it("waits for running jobs to end, then puts them back, where another worker finds them", async () => {
      await add([1]);
      let begun = false;
      const first = work(async (_, { signal }) => {
        begun = true;
        await until(() => signal.aborted);
        throwIfAborted(signal);
      });
      await until(() => begun);
      await first.close(10);
      expect(kinds()).toEqual(["taken", "put-back"]);
      expect((await queues.counts(queue)).waiting).toBe(1);
      let done = false;
      work(async () => {
        done = true;
      });
      await until(() => done);
    });

    it("lets a running job end within the grace period, and takes no other", async () => {
      await add([1, 2]);
      let release: () => void = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      const done: number[] = [];
      const worker = work(async (n) => {
        await released;
        done.push(n);
      });
      await until(() => kinds().includes("taken"));
      const closed = worker.close(60_000);
      release();
      await closed;
      expect(done).toEqual([1]);
      expect((await queues.counts(queue)).waiting).toBe(1);
    });

    it("holds to what all workers together may do at a time", async () => {
      await queues.limit(queue, { atATime: 2 });
      let [busy, busiest, done] = [0, 0, 0];
      for (let worker = 0; worker < 3; worker += 1)
        work(async () => {
          busy += 1;
          busiest = Math.max(busiest, busy);
          await new Promise((resolve) => setTimeout(resolve, 20));
          busy -= 1;
          done += 1;
        }, 3);
      await add(Array.from({ length: 12 }, (_, n) => n));
      await until(() => done === 12);
      expect(busiest).toBe(2);
    });

    it("tells progress, for whoever looks at the queue", async () => {
      await add([1]);
      let end: () => void = () => {};
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      let tell: JobContext["progress"] = () => {};
      work(async (_, { progress }) => {
        tell = progress;
        await ended;
      });
      await until(async () => {
        tell(7);
        return (await queues.active(queue)).some(({ progress }) => progress === 7);
      });
      end();
    });

    it("without Redis says so within seconds, and goes on when it is back", async () => {
      const done: number[] = [];
      work(async (n) => void done.push(n));
      await add([1]);
      await until(() => done.length === 1);
      await redis.kill();
      await until(() => !queues.isUp());
      await expect(add([2])).rejects.toThrow(UnavailableError);
      await redis.restart();
      await until(() => queues.isUp());
      await add([3]);
      await until(() => done.includes(3));
    });
  },
);

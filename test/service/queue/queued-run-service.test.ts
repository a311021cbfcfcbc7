import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import type { ServiceEvent } from "../../../src/service/api/in-process-service.ts";
import type { RunEvent } from "../../../src/service/api/run-service.ts";
import { QueuedRunService } from "../../../src/service/queue/queued-run-service.ts";
import { Queues } from "../../../src/service/queue/queues.ts";
import { FileStore } from "../../../src/store/file-store.ts";
import { readManifest } from "../../../src/store/read-manifest.ts";
import { specOf } from "../../plan/example-spec.ts";
import { temporaryFolder, until } from "../../support/cli.ts";
import { RedisServer, redisMissing } from "../../support/redis-server.ts";
import { writingTask } from "../../task/example-task.ts";

// Units: FP16 0–99 and 100–119, then Q2_K the same.
const spec = specOf({ one: ["FP16", "Q2_K"] }, [writingTask({ items: 120 })]);
const by = { submittedBy: "ann" };

describe.skipIf(redisMissing)(
  `the queued service${redisMissing === undefined ? "" : ` (skipped: ${redisMissing})`}`,
  () => {
    let redis: RedisServer;
    let store: FileStore;
    let queues: Queues;
    let service: QueuedRunService;
    let events: [string, ServiceEvent][];
    beforeAll(async () => {
      redis = await RedisServer.start();
    });
    afterAll(() => redis?.remove());
    beforeEach(async () => {
      await redis.empty();
      store = new FileStore(await temporaryFolder());
      queues = new Queues(redis.url, () => {});
      events = [];
      service = makeService();
    });
    afterEach(async () => {
      await service.close();
      await queues.close();
    });

    function makeService(): QueuedRunService {
      const now = (): Date => new Date("2026-03-14T15:16:17Z");
      const onEvent = (id: string, event: ServiceEvent): void => void events.push([id, event]);
      return new QueuedRunService({ store, queues, version: "1.2.3", now, onEvent });
    }

    async function rewrite(id: string, change: object): Promise<void> {
      const run = await store.open(id);
      await run.write("manifest.json", JSON.stringify({ ...(await readManifest(run)), ...change }));
    }

    it("keeps a run, puts it into the queue, and tells of it", async () => {
      const { id, created } = await service.submit(spec, { ...by, schedule: "weekly" });
      expect(created).toBe(true);
      expect(await readManifest(await store.open(id))).toMatchObject({
        status: "queued",
        versions: { quantgate: "1.2.3" },
        submission: { by: "ann", executor: "bullmq", schedule: "weekly" },
      });
      await until(async () => (await queues.counts("runs")).waiting === 1);
      expect(events).toEqual([[id, { kind: "submitted", by: "ann" }]]);
      expect(await service.load()).toEqual({ queued: 1, running: 0 });
    });

    it("tells a run's state by what is stored of it", async () => {
      const { id } = await service.submit(spec, by);
      expect(await service.status(id)).toEqual({
        id,
        status: "queued",
        phase: "queued",
        answers: 240,
        done: 0,
        variants: [
          { variant: "one/FP16@fake", answers: 120, done: 0 },
          { variant: "one/Q2_K@fake", answers: 120, done: 0 },
        ],
      });
      await rewrite(id, { status: "running" });
      const run = await store.open(id);
      for (const unit of [0, 3]) await run.putPart(`records-${unit}`, "");
      expect(await service.status(id)).toMatchObject({
        phase: "running",
        done: 120,
        variants: [{ done: 100 }, { done: 20 }],
      });
      for (const unit of [1, 2]) await run.putPart(`records-${unit}`, "");
      for (const unit of [0, 1, 2, 3]) await run.putPart(`scores-${unit}`, "");
      expect(await service.status(id)).toMatchObject({ phase: "analyzing", done: 240 });
      await rewrite(id, { status: "failed", failure: { message: "the server is gone" } });
      expect(await service.status(id)).toMatchObject({
        phase: "ended",
        status: "failed",
        failure: "the server is gone",
      });
      await expect(service.status("never")).rejects.toThrow(UsageError);
    });

    it("counts answers of a unit that a worker is at, without promising more than it has", async () => {
      const { id } = await service.submit(spec, by);
      await rewrite(id, { status: "running" });
      const { Worker } = await import("bullmq");
      const { KEY_PREFIX, generateQueue } = await import("../../../src/service/queue/queues.ts");
      await queues.add(generateQueue("fake"), [{ id: `${id}.0`, data: { run: id, unit: 0 } }]);
      let end: () => void = () => {};
      const ended = new Promise<void>((resolve) => {
        end = resolve;
      });
      const port = Number(new URL(redis.url).port);
      const worker = new Worker(
        generateQueue("fake"),
        async (job) => {
          await job.updateProgress(37);
          await ended;
        },
        { connection: { port }, prefix: KEY_PREFIX },
      );
      await until(async () => (await service.status(id)).done === 37);
      end();
      await worker.close();
    });

    it("tells each state once, in order, and to whoever comes back only what is new", async () => {
      const { id } = await service.submit(spec, by);
      const seen: RunEvent[] = [];
      const watching = (async () => {
        for await (const event of service.events(id, -1, new AbortController().signal)) seen.push(event);
      })();
      await until(() => seen.length === 1);
      await rewrite(id, { status: "running" });
      await (await store.open(id)).putPart("records-0", "");
      await until(() => seen.length === 2);
      // As after a restart of the API: another process, which knows only what was seen last.
      const later = makeService();
      const again: RunEvent[] = [];
      const resumed = (async () => {
        const last = seen.at(-1)?.sequence ?? 0;
        for await (const event of later.events(id, last, new AbortController().signal)) again.push(event);
      })();
      await rewrite(id, { status: "cancelled" });
      await Promise.all([watching, resumed]);
      expect(seen.map(({ state }) => state.phase)).toEqual(["queued", "running", "ended"]);
      const sequences = seen.map(({ sequence }) => sequence);
      expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
      expect(new Set(sequences).size).toBe(3);
      expect(again.map(({ state }) => state.phase)).toEqual(["ended"]);
    });

    it("stops telling when nobody listens, and when it is closed", async () => {
      const { id } = await service.submit(spec, by);
      const controller = new AbortController();
      const events = service.events(id, -1, controller.signal);
      expect((await events.next()).done).toBe(false);
      const next = events.next();
      controller.abort();
      expect((await next).done).toBe(true);
      const others = service.events(id, -1, new AbortController().signal);
      await others.next();
      const last = others.next();
      await service.close();
      expect((await last).done).toBe(true);
    });

    it("cancels a run that nobody has begun at once; one that has ended stays as it is", async () => {
      const { id } = await service.submit(spec, by);
      expect(await service.cancel(id)).toMatchObject({ status: "cancelled", phase: "ended" });
      const before = await (await store.open(id)).read("manifest.json");
      expect(await service.cancel(id)).toMatchObject({ status: "cancelled" });
      expect(await (await store.open(id)).read("manifest.json")).toBe(before);
      await expect(service.cancel("never")).rejects.toThrow(UsageError);
    });

    it("leaves a run that a worker has to that worker, which is told to stop", async () => {
      const { id } = await service.submit(spec, by);
      const run = await store.open(id);
      await run.lock();
      const cancelled = service.cancel(id);
      await until(async () => (await run.readPart("stop")) !== undefined);
      expect((await readManifest(run)).status).toBe("queued");
      await rewrite(id, { status: "cancelled" });
      expect(await cancelled).toMatchObject({ status: "cancelled", phase: "ended" });
      await run.close();
    });
  },
);

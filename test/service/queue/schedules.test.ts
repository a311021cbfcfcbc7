import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import { Queues } from "../../../src/service/queue/queues.ts";
import { Schedules } from "../../../src/service/queue/schedules.ts";
import { FileStore } from "../../../src/store/file-store.ts";
import { temporaryFolder, until } from "../../support/cli.ts";
import { RedisServer, redisMissing } from "../../support/redis-server.ts";

const weekly = { cron: "0 3 * * 1", spec: { name: "nightly" }, submittedBy: "ann" };

describe.skipIf(redisMissing)(`schedules${redisMissing === undefined ? "" : ` (skipped: ${redisMissing})`}`, () => {
  let redis: RedisServer;
  let queues: Queues;
  let schedules: Schedules;
  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  afterAll(() => redis?.remove());
  beforeEach(async () => {
    await redis.empty();
    queues = new Queues(redis.url, () => {});
    const store = new FileStore(await temporaryFolder());
    schedules = new Schedules(store.collection("schedules"), queues, () => new Date("2026-03-14T15:16:17Z"));
  });
  afterEach(() => queues.close());

  const armed = async () => [...(await queues.repeated("schedules")).keys()];

  it("are kept, listed with their next time, replaced and removed", async () => {
    await schedules.put("weekly", { ...weekly, timezone: "Europe/Berlin", webhook: "chat" });
    const [listed] = await schedules.list();
    expect(listed).toMatchObject({ name: "weekly", ...weekly, timezone: "Europe/Berlin", webhook: "chat" });
    expect(listed?.next?.getUTCDay()).toBe(1);
    expect([1, 2]).toContain(listed?.next?.getUTCHours());
    await schedules.put("weekly", { ...weekly, cron: "30 4 * * 2" });
    const [replaced, ...others] = await schedules.list();
    expect(others).toEqual([]);
    expect(replaced?.next?.getUTCDay()).toBe(2);
    expect(replaced?.webhook).toBeUndefined();
    await schedules.remove("weekly");
    expect([await schedules.list(), await armed(), await schedules.get("weekly")]).toEqual([[], [], undefined]);
    await expect(schedules.remove("weekly")).rejects.toThrow(UsageError);
  });

  it.each([
    [{ cron: "every monday" }, /cron/],
    [{ cron: "0 3 * *" }, /cron/],
    [{ cron: "99 3 * * 1" }, /cron/],
    [{ timezone: "Mars/Olympus" }, /not a time zone/],
  ])("with %j are refused, and nothing is kept", async (entries, says) => {
    await expect(schedules.put("weekly", { ...weekly, ...entries })).rejects.toThrow(says);
    await expect(schedules.put("weekly", { ...weekly, ...entries })).rejects.toThrow(UsageError);
    expect([await schedules.list(), await armed()]).toEqual([[], []]);
  });

  it("are armed again when Redis has lost them, and disarmed when they are gone", async () => {
    await schedules.put("weekly", weekly);
    await queues.repeat("schedules", "removed", { pattern: "0 0 * * *" }, { schedule: "removed" });
    await redis.empty();
    await queues.repeat("schedules", "removed", { pattern: "0 0 * * *" }, { schedule: "removed" });
    await schedules.reconcile();
    await schedules.reconcile();
    expect(await armed()).toEqual(["weekly"]);
  });

  it("are kept while Redis is away", async () => {
    await redis.kill();
    await until(() => !queues.isUp());
    await schedules.put("weekly", weekly);
    expect(await schedules.list()).toMatchObject([{ name: "weekly" }]);
    await redis.restart();
    await until(() => queues.isUp());
    await schedules.reconcile();
    expect(await armed()).toEqual(["weekly"]);
  });
});

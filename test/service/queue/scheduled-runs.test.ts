import { once } from "node:events";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Alert } from "../../../src/service/queue/alerts.ts";
import { Queues } from "../../../src/service/queue/queues.ts";
import { Schedules } from "../../../src/service/queue/schedules.ts";
import type { ListedRun } from "../../../src/store/listed-run.ts";
import { ServiceStage, startOllama } from "../../faults/service-stage.ts";
import { until } from "../../support/cli.ts";
import { redisMissing } from "../../support/redis-server.ts";
import { ITEMS, specOf, writeRegistry } from "../api/harness.ts";

const OFTEN = "*/2 * * * * *";
/** Keeps a schedule and submits nothing: on a machine that is busy, runs would come in faster than they end. */
const HARDLY_EVER = "0 0 29 2 *";
const QA = new URL("../../../datasets/demo-qa/items.jsonl", import.meta.url);
const DEMO_SCORERS = { bertscore: { model: "demo-encoder" }, coherence: { model: "demo-encoder" } };

describe.skipIf(redisMissing)(`a schedule${redisMissing === undefined ? "" : ` (skipped: ${redisMissing})`}`, () => {
  it("submits its spec by the clock, each time once, and tells a webhook when a verdict changes", async () => {
    const alerts: Alert[] = [];
    const hook = createServer((request, response) => {
      request.on("data", (chunk: Buffer) => alerts.push(JSON.parse(String(chunk)) as Alert));
      request.on("end", () => response.end());
    }).listen(0, "127.0.0.1");
    await once(hook, "listening");
    const ollama = await startOllama();
    const stage = await ServiceStage.set({ ollama, latencyMs: 0 });
    onTestFinished(async () => {
      await stage.strike();
      await ollama.close();
      hook.close();
    });
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
    await writeRegistry(stage.folder, `webhooks: { hook: "${url}" }\nallowPrivate: [hook]\n`);
    const questions = (await readFile(QA, "utf8")).trimEnd().split("\n").slice(0, ITEMS);
    const texts = questions.map((row) => {
      const { id, reference } = JSON.parse(row) as { readonly id: string; readonly reference: string };
      return JSON.stringify({ item: id, text: reference });
    });
    for (const name of ["good", "bad"]) await appendFile(join(stage.folder, `${name}.jsonl`), `${texts.join("\n")}\n`);
    const { tasks, ...spec } = specOf();
    const queues = new Queues(stage.redis.url, () => {});
    onTestFinished(() => queues.close());
    const schedules = new Schedules(stage.store.collection("schedules"), queues, () => new Date());
    const tick = (cron: string): Promise<void> =>
      schedules.put("often", {
        cron,
        spec: { ...spec, tasks: [...tasks, { dataset: "demo-qa", limit: ITEMS }], scorers: DEMO_SCORERS },
        webhook: "hook",
        submittedBy: "ann",
      });
    const submitted = async (): Promise<readonly ListedRun[]> =>
      (await stage.store.find({ schedule: "often" }, { limit: 100 })).runs;
    const allEnded = async (): Promise<boolean> => {
      const { queued, running } = await stage.service.load();
      return queued + running === 0;
    };

    // Two that keep schedules: each tick is one run all the same.
    const workers = [await stage.start("all"), await stage.start("finalize")];
    await tick(OFTEN);
    await until(async () => (await submitted()).length >= 2);
    await tick(HARDLY_EVER);
    await until(allEnded);
    await until(async () => (await stage.store.collection("alerts").get("often")) !== undefined);
    expect(alerts).toEqual([]);
    // Other weights behind the same name: they answer right, but for one of the questions.
    const [first = "", ...right] = (await readFile(join(stage.folder, "good.jsonl"), "utf8")).split("\n");
    const { item } = JSON.parse(first) as { readonly item: string };
    const wrong = JSON.stringify({ item, continuations: [-40, -40, -40, -40] });
    await writeFile(join(stage.folder, "bad.jsonl"), [wrong, ...right].join("\n"));
    const before = (await submitted()).length;
    await tick(OFTEN);
    await until(async () => (await submitted()).length > before);
    await tick(HARDLY_EVER);
    await until(() => alerts.length > 0);
    await schedules.remove("often");

    const [alert] = alerts;
    expect(alert).toMatchObject({ schedule: "often", overall: { before: "fail", now: "inconclusive" } });
    expect(alert?.changed).toEqual([{ variant: "taped-1b/Q4_K_M@taped", before: "fail", now: "inconclusive" }]);
    await until(allEnded);
    const cards = await submitted();
    expect(new Set(cards.map(({ submittedBy }) => submittedBy))).toEqual(new Set(["ann"]));
    expect(cards.length).toBeGreaterThanOrEqual(3);
    // The queue numbers its ticks by their time; each was taken once, by one of the two.
    const taken = workers.flatMap(({ log }) => log.filter(({ msg, queue }) => msg === "done" && queue === "schedules"));
    expect(taken).toHaveLength(cards.length);
    expect(workers.flatMap(({ log }) => log.filter(({ msg }) => msg === "failed"))).toEqual([]);
  });
});

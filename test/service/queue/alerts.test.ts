import { beforeEach, describe, expect, it } from "vitest";
import { type Alert, Alerts } from "../../../src/service/queue/alerts.ts";
import type { Queues } from "../../../src/service/queue/queues.ts";
import type { Schedules } from "../../../src/service/queue/schedules.ts";
import { FileStore } from "../../../src/store/file-store.ts";
import { temporaryFolder } from "../../support/cli.ts";

let store: FileStore;
let sent: { readonly webhook: string; readonly alert: Alert }[];
let asked: string[];
let refuse: boolean;
let alerts: Alerts;

async function complete(id: string, verdicts: Readonly<Record<string, string>>, status = "completed"): Promise<void> {
  const models = [{ name: "m", variants: [] }];
  const submission = { by: "ann", executor: "bullmq", schedule: "weekly" };
  const manifest = { schema: 1, status, startedAt: "2026", specHash: "0", spec: { name: "n", models }, submission };
  const run = await store.create(id, JSON.stringify(manifest));
  const variants = Object.entries(verdicts).map(([variant, verdict]) => ({ variant, quantization: "Q", verdict }));
  const overall = Object.values(verdicts).includes("fail") ? "fail" : "pass";
  await run.write("verdicts.json", JSON.stringify({ overall, exitCode: 0, models: [{ model: "m", variants }] }));
  await new Promise((resolve) => setTimeout(resolve, 12));
}

beforeEach(async () => {
  store = new FileStore(await temporaryFolder());
  [sent, asked, refuse] = [[], [], false];
  const entry = { name: "weekly", webhook: "chat" };
  alerts = new Alerts({
    store,
    schedules: { list: async () => [entry], get: async () => entry } as unknown as Schedules,
    queues: {
      add: async (_: string, jobs: readonly { readonly data: { readonly run: string } }[]) => {
        for (const { data } of jobs) asked.push(data.run);
      },
    } as unknown as Queues,
    send: async (webhook, alert) => {
      if (refuse) throw new Error("the webhook answered 500");
      sent.push({ webhook, alert });
    },
  });
});

describe("alerts of a schedule", () => {
  it("are none for the first run, and none while every verdict is the same", async () => {
    await complete("a", { Q4: "pass", Q2: "fail" });
    await alerts.handle({ run: "a" });
    await complete("b", { Q4: "pass", Q2: "fail" });
    await alerts.handle({ run: "b" });
    expect(sent).toEqual([]);
  });

  it("tell which verdicts changed, once", async () => {
    await complete("a", { Q4: "pass", Q2: "pass" });
    await alerts.handle({ run: "a" });
    await complete("b", { Q4: "pass", Q2: "fail", Q3: "pass" });
    await alerts.handle({ run: "b" });
    await alerts.handle({ run: "b" });
    const changed = [
      { variant: "Q2", before: "pass", now: "fail" },
      { variant: "Q3", before: "none", now: "pass" },
    ];
    const alert = { schedule: "weekly", run: "b", before: "a", overall: { before: "pass", now: "fail" }, changed };
    expect(sent).toEqual([{ webhook: "chat", alert }]);
  });

  it("come when the webhook takes them, if it didn't at first", async () => {
    await complete("a", { Q4: "pass" });
    await alerts.handle({ run: "a" });
    await complete("b", { Q4: "fail" });
    refuse = true;
    await expect(alerts.handle({ run: "b" })).rejects.toThrow("answered 500");
    refuse = false;
    await alerts.handle({ run: "b" });
    expect(sent).toHaveLength(1);
  });

  it("are looked for in the newest completed run that was not looked at", async () => {
    await alerts.reconcile();
    await complete("a", { Q4: "pass" });
    await complete("b", { Q4: "fail" }, "failed");
    await alerts.reconcile();
    expect(asked).toEqual(["a"]);
    await alerts.handle({ run: "a" });
    await alerts.reconcile();
    expect(asked).toEqual(["a"]);
    await alerts.handle({ run: "b" });
    await alerts.handle({ run: "never" });
    expect(sent).toEqual([]);
  });

  it("compare with nothing when the run before was deleted", async () => {
    await complete("a", { Q4: "pass" });
    await alerts.handle({ run: "a" });
    await store.remove("a");
    await complete("b", { Q4: "fail" });
    await alerts.handle({ run: "b" });
    expect(sent).toEqual([]);
    await complete("c", { Q4: "pass" });
    await alerts.handle({ run: "c" });
    expect(sent).toHaveLength(1);
  });
});

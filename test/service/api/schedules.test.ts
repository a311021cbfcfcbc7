import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { QuantGateClient, ServiceError } from "../../../src/client/index.ts";
import { cli, startCli, temporaryFolder, until } from "../../support/cli.ts";
import { RedisServer, redisMissing } from "../../support/redis-server.ts";
import { ask, specOf, startHarness, writeRegistry } from "./harness.ts";

const weekly = { cron: "0 3 * * 1", timezone: "Europe/Berlin", webhook: "chat", spec: specOf() };

describe("schedules without Redis", () => {
  it("are not promised: the API says what is missing", async () => {
    const harness = await startHarness({ clock: false });
    for (const [method, path, body] of [
      ["GET", "/api/v1/schedules", undefined],
      ["PUT", "/api/v1/schedules/weekly", { ...weekly, webhook: undefined }],
      ["DELETE", "/api/v1/schedules/weekly", undefined],
    ] as const) {
      const { status, json } = await ask(harness, method, path, { body });
      expect(status, `${method} ${path}`).toBe(503);
      expect(json).toMatchObject({ hint: expect.stringContaining("QUANTGATE_REDIS_URL") });
    }
  });
});

describe.skipIf(redisMissing)(
  `schedules over HTTP${redisMissing === undefined ? "" : ` (skipped: ${redisMissing})`}`,
  () => {
    let redis: RedisServer;
    beforeAll(async () => {
      redis = await RedisServer.start();
    });
    afterAll(() => redis?.remove());

    /** The compiled service with Redis, as an operator starts it. */
    async function startService() {
      const folder = await temporaryFolder();
      const registry = await writeRegistry(folder, 'webhooks: { chat: "https://chat.example/s3cret" }\n');
      const env = { QUANTGATE_REDIS_URL: redis.url, QUANTGATE_RUNS: join(folder, "runs") };
      const tokenOf = async (scope: string) =>
        (await cli(["tokens", "add", scope, "--scopes", scope], { env })).stdout.trim();
      const tokens = { admin: await tokenOf("admin"), submit: await tokenOf("submit"), read: await tokenOf("read") };
      const { child } = startCli(["serve", "--backends", registry, "--port", "0"], { env });
      onTestFinished(() => void child.kill("SIGKILL"));
      let log = "";
      child.stdout?.on("data", (text: string) => {
        log += text;
      });
      await until(() => /"url":"([^"]+)"/.test(log));
      const server = /"url":"([^"]+)"/.exec(log)?.[1] ?? "";
      const client = (scope: keyof typeof tokens) => new QuantGateClient({ server, token: tokens[scope] });
      return { folder, server, tokens, client };
    }

    it("are made, listed with their next time, shown, replaced and removed; only admins change them", async () => {
      const { client } = await startService();
      const admin = client("admin");
      const made = await admin.putSchedule("weekly", weekly);
      expect(made).toMatchObject({ name: "weekly", cron: weekly.cron, webhook: "chat", submittedBy: "admin" });
      expect(new Date(made.next ?? "").getUTCDay()).toBe(1);
      expect([1, 2]).toContain(new Date(made.next ?? "").getUTCHours());
      expect(await client("read").schedule("weekly")).toEqual(made);
      const replaced = await admin.putSchedule("weekly", { cron: "30 4 * * 2", spec: specOf() });
      expect(await client("read").schedules()).toEqual([replaced]);
      expect(new Date(replaced.next ?? "").getUTCDay()).toBe(2);
      expect(replaced.webhook).toBeUndefined();
      for (const scope of ["submit", "read"] as const) {
        await expect(client(scope).putSchedule("weekly", weekly)).rejects.toMatchObject({ status: 403 });
        await expect(client(scope).removeSchedule("weekly")).rejects.toMatchObject({ status: 403 });
      }
      await admin.removeSchedule("weekly");
      expect(await admin.schedules()).toEqual([]);
      await expect(admin.schedule("weekly")).rejects.toMatchObject({ status: 404 });
      await expect(admin.removeSchedule("weekly")).rejects.toMatchObject({ status: 404 });
    });

    it("are refused for what they could not do at night, and nothing is kept", async () => {
      const { client } = await startService();
      const admin = client("admin");
      const refused = async (change: object, says: string) => {
        const failure = await admin.putSchedule("weekly", { ...weekly, ...change }).catch((error: unknown) => error);
        expect(failure, says).toBeInstanceOf(ServiceError);
        expect(failure, says).toMatchObject({ status: 422 });
        expect(`${String(failure)} ${(failure as ServiceError).hint}`).toContain(says);
      };
      await refused({ cron: "99 3 * * 1" }, "cron");
      await refused({ cron: "mondays" }, "cron");
      await refused({ timezone: "Mars/Olympus" }, "time zone");
      await refused({ webhook: "elsewhere" }, "registered: chat");
      await refused({ webhook: "https://evil.example" }, "no webhook");
      await refused({ spec: { ...specOf(), tasks: [{ dataset: "no-such-set" }] } }, "no-such-set");
      await refused({ spec: specOf({ FP16: "unregistered", Q4_K_M: "good" }) }, "unregistered");
      await refused({ spec: { ...specOf(), backends: { x: { type: "ollama", url: "http://10.0.0.1" } } } }, "backends");
      expect(await admin.schedules()).toEqual([]);
      expect(await admin.webhooks()).toEqual(["chat"]);
    });

    it("are set, listed and removed on the command line", async () => {
      const { folder, server, tokens } = await startService();
      const spec = join(folder, "spec.yaml");
      await writeFile(spec, JSON.stringify(specOf()));
      const there = ["--server", server];
      const env = { QUANTGATE_TOKEN: tokens.admin };
      const set = await cli(
        ["schedules", "set", "nightly", spec, "--cron", "0 2 * * *", "--webhook", "chat", ...there],
        { env },
      );
      expect(set.stderr).toBe("");
      expect(set.stdout).toMatch(/^nightly {2}\d{4}-\d\d-\d\dT02:00:00.000Z\n$/);
      const listed = await cli(["schedules", "list", ...there], { env });
      expect(listed.stdout).toMatch(/^nightly {2}0 2 \* \* \* UTC {2}next 2.* webhook chat\n$/);
      const wrong = await cli(["schedules", "set", "nightly", spec, "--cron", "nonsense", ...there], { env });
      expect([wrong.code, wrong.stderr.includes("cron")]).toEqual([2, true]);
      expect((await cli(["schedules", "remove", "nightly", ...there], { env })).code).toBe(0);
      expect((await cli(["schedules", "list", ...there], { env })).stdout).toBe("no schedules\n");
    });
  },
);

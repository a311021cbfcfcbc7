import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { until } from "../support/cli.ts";
import { PostgresServer, postgresMissing } from "../support/postgres-server.ts";
import { redisMissing } from "../support/redis-server.ts";
import type { SimulatedOllama } from "../support/simulated-ollama.ts";
import { ANSWERS, type ServiceOutcome, ServiceStage, type StageOptions, startOllama } from "./service-stage.ts";

describe.skipIf(redisMissing)(`workers${redisMissing === undefined ? "" : ` (skipped: ${redisMissing})`}`, () => {
  let ollama: SimulatedOllama;
  let undisturbed: Pick<ServiceOutcome, "summary" | "verdicts">;
  beforeAll(async () => {
    ollama = await startOllama();
    const stage = await ServiceStage.set({ ollama, latencyMs: 0 });
    undisturbed = await stage.undisturbed();
    await stage.strike();
  });
  afterAll(() => ollama?.close());

  async function setStage(options: Omit<StageOptions, "ollama">): Promise<ServiceStage> {
    const stage = await ServiceStage.set({ ollama, ...options });
    onTestFinished(() => stage.strike());
    return stage;
  }

  async function expectUndisturbed(stage: ServiceStage, id: string): Promise<ServiceOutcome> {
    const outcome = await stage.outcomeOf(id);
    expect(outcome.state).toMatchObject({ status: "completed", phase: "ended", answers: ANSWERS, done: ANSWERS });
    expect(outcome.records).toHaveLength(ANSWERS);
    expect(outcome.records.filter(({ outcome: { kind } }) => kind === "errored")).toEqual([]);
    expect(outcome.summary).toBe(undisturbed.summary);
    expect(outcome.verdicts).toBe(undisturbed.verdicts);
    return outcome;
  }

  it("in one process find what a run of the command line finds", async () => {
    const stage = await setStage({ latencyMs: 0 });
    await stage.start("all");
    await expectUndisturbed(stage, await stage.submit());
  });

  it("that generate are killed in the middle of a shard, twice", async () => {
    const stage = await setStage({ latencyMs: 60 });
    await stage.start("finalize");
    await stage.start("score");
    const id = await stage.submit();
    for (let time = 0; time < 2; time += 1) {
      const generate = await stage.start("generate");
      // Past the probe, into the shard.
      await generate.says("taken");
      await stage.answers(60);
      await generate.kill();
    }
    // What is left is of no interest but for its end.
    stage.ollama.latencyMs = 0;
    await stage.start("generate");
    await expectUndisturbed(stage, id);
  });

  it("that score and that finish runs are killed at work", async () => {
    const stage = await setStage({ latencyMs: 30 });
    await stage.start("generate");
    const id = await stage.submit();
    const finalize = await stage.start("finalize");
    const score = await stage.start("score");
    await score.says("taken");
    await score.kill();
    await finalize.kill();
    stage.ollama.latencyMs = 0;
    await stage.start("score");
    await stage.start("finalize");
    await expectUndisturbed(stage, id);
  });

  it.each(["with its file", "wiped"])("go on when Redis is restarted %s", async (how) => {
    const stage = await setStage({ latencyMs: 60 });
    await stage.start("all");
    const id = await stage.submit();
    await stage.answers(100);
    await stage.redis.kill();
    if (how === "wiped") await stage.redis.wipe();
    await new Promise((resolve) => setTimeout(resolve, 500));
    stage.ollama.latencyMs = 0;
    await stage.redis.restart();
    await expectUndisturbed(stage, id);
  });

  it("take a run that was submitted while Redis was away", async () => {
    const stage = await setStage({ latencyMs: 0 });
    await stage.redis.kill();
    const id = await stage.submit();
    expect(await stage.service.status(id)).toMatchObject({ status: "queued", phase: "queued" });
    await stage.redis.restart();
    await stage.start("all");
    await expectUndisturbed(stage, id);
  });

  it("are frozen past their lock: another one takes the shard, and the late answers count for nothing", async () => {
    const stage = await setStage({ latencyMs: 60 });
    await stage.start("finalize");
    await stage.start("score");
    const frozen = await stage.start("generate");
    const id = await stage.submit();
    await frozen.says("taken");
    await stage.answers(60);
    frozen.signal("SIGSTOP");
    await stage.start("generate");
    const run = await stage.store.open(id);
    await until(async () => [...(await run.partNames())].some((name) => /^records-\d+$/.test(name)));
    stage.ollama.latencyMs = 0;
    frozen.signal("SIGCONT");
    const done = await expectUndisturbed(stage, id);
    await until(() => stage.ollama.busy === 0);
    expect((await stage.outcomeOf(id)).records).toEqual(done.records);
  });

  it("are told to stop in the middle of a shard, with less grace than it needs: only what was under way is asked again", async () => {
    const stage = await setStage({ latencyMs: 200 });
    await stage.start("finalize");
    await stage.start("score");
    const first = await stage.start("generate", { graceMs: 300 });
    const id = await stage.submit();
    await first.says("taken");
    await stage.answers(60);
    expect(await first.stop()).toBe(0);
    expect(first.log.map(({ msg }) => msg)).toContain("put back");
    stage.ollama.latencyMs = 0;
    await stage.start("generate");
    await expectUndisturbed(stage, id);
    // As many as the backend takes at a time.
    expect((await stage.askedAgain()).length).toBeLessThanOrEqual(4);
  });

  it("do every run once that an API has taken which was killed at it", async () => {
    const stage = await setStage({ latencyMs: 0 });
    const keys = Array.from({ length: 6 }, (_, index) => `key-${index}`);
    const body = JSON.stringify(stage.submission());
    const submit = async (url: string, key: string): Promise<string | undefined> => {
      const headers = { "content-type": "application/json", "idempotency-key": key };
      const answer = await fetch(`${url}/api/v1/runs`, { method: "POST", headers, body }).catch(() => undefined);
      return answer?.ok ? ((await answer.json()) as { readonly id: string }).id : undefined;
    };
    const first = await stage.startApi();
    const answers = keys.map((key) => submit(first.url, key));
    await Promise.race(answers);
    first.child.kill("SIGKILL");
    const taken = (await Promise.all(answers)).filter((id) => id !== undefined);
    const second = await stage.startApi();
    const ids = await Promise.all(keys.map((key) => submit(second.url, key)));
    expect(new Set(ids).size).toBe(keys.length);
    for (const id of taken) expect(ids).toContain(id);
    await stage.start("all");
    expect((await stage.store.list()).toSorted()).toEqual(ids.toSorted());
    for (const id of ids) expect((await stage.outcomeOf(id ?? "")).records).toHaveLength(ANSWERS);
  });

  it("on a full disk fail for the time being, and one with room goes on", async () => {
    const stage = await setStage({ latencyMs: 0 });
    await stage.start("finalize");
    await stage.start("score");
    const full = await stage.start("generate", { maxFileKib: 8 });
    const id = await stage.submit();
    await full.says("failed", ({ problem }) => String(problem).includes("can't write"));
    await full.kill();
    await stage.start("generate");
    await expectUndisturbed(stage, id);
  });

  it("let go of a cancelled run within seconds; what was answered is kept", async () => {
    const stage = await setStage({ latencyMs: 100 });
    const worker = await stage.start("all");
    const id = await stage.submit();
    await stage.answers(80);
    expect(await stage.service.cancel(id)).toMatchObject({ status: "cancelled", phase: "ended" });
    const { records } = await stage.outcomeOf(id);
    expect(records.length).toBeGreaterThan(0);
    expect(records.length).toBeLessThan(ANSWERS);
    await worker.says("done", ({ queue }) => queue === "generate.sim");
    await until(async () => (await stage.shards()) === 0);
    const asked = stage.ollama.answered;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(stage.ollama.answered).toBe(asked);
  });

  it("a submission that comes many times at once is one run", async () => {
    const stage = await setStage({ latencyMs: 0 });
    const services = [stage.service, stage.openService()];
    onTestFinished(() => services[1]?.close());
    const submit = (index: number) =>
      (services[index % 2] ?? stage.service).submit(stage.spec, { submittedBy: "ci", idempotencyKey: "build-1" });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => submit(index)));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    expect(await stage.store.list()).toHaveLength(1);
    const other = { ...stage.spec, name: "other" };
    await expect(stage.service.submit(other, { submittedBy: "ci", idempotencyKey: "build-1" })).rejects.toThrow(
      /belongs to run/,
    );
    expect((await stage.service.submit(other, { submittedBy: "ann", idempotencyKey: "build-1" })).created).toBe(true);
  });

  describe.skipIf(postgresMissing)(
    `on Postgres${postgresMissing === undefined ? "" : ` (skipped: ${postgresMissing})`}`,
    () => {
      let postgres: PostgresServer;
      beforeAll(async () => {
        postgres = await PostgresServer.start();
      });
      afterAll(() => postgres?.remove());

      it.each(["SIGINT", "SIGQUIT"] as const)("that is restarted after %s, find the same", async (signal) => {
        const stage = await setStage({ latencyMs: 60, postgres });
        await stage.start("finalize");
        await stage.start("score");
        await stage.start("generate");
        const id = await stage.submit();
        await stage.answers(80);
        await postgres.stop(signal);
        await new Promise((resolve) => setTimeout(resolve, 500));
        stage.ollama.latencyMs = 0;
        await postgres.restart();
        await expectUndisturbed(stage, id);
      });
    },
  );
});

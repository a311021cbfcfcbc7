import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { ANSWERS, ServiceStage, startOllama } from "../faults/service-stage.ts";
import { linesOf, temporaryFolder, until } from "../support/cli.ts";
import { freePort } from "../support/free-port.ts";
import { OtlpCollector } from "../support/otlp-collector.ts";
import { redisMissing } from "../support/redis-server.ts";
import type { SimulatedOllama } from "../support/simulated-ollama.ts";

const CALLER = { trace: "0af7651916cd43dd8448eb211c80319c", span: "b7ad6b7169203331" };
const UNITS = 6;

describe.skipIf(redisMissing)(`traces${redisMissing === undefined ? "" : ` (skipped: ${redisMissing})`}`, () => {
  let ollama: SimulatedOllama;
  beforeAll(async () => {
    ollama = await startOllama();
  });
  afterAll(() => ollama?.close());

  async function setStage(env: NodeJS.ProcessEnv): Promise<ServiceStage> {
    const stage = await ServiceStage.set({ ollama, latencyMs: 1, env });
    onTestFinished(() => stage.strike());
    return stage;
  }

  async function startCollector(options: { readonly silent?: boolean } = {}): Promise<OtlpCollector> {
    const collector = await OtlpCollector.start(options);
    onTestFinished(() => collector.close());
    return collector;
  }

  /** Submits through the API, in a trace of the caller's. */
  async function submit(url: string, stage: ServiceStage): Promise<string> {
    const answer = await fetch(`${url}/api/v1/runs`, {
      method: "POST",
      headers: { "content-type": "application/json", traceparent: `00-${CALLER.trace}-${CALLER.span}-01` },
      body: JSON.stringify(stage.submission()),
    });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { readonly id: string }).id;
  }

  it("lead from a caller's request over the queues to the verdict", async () => {
    const collector = await startCollector();
    const stage = await setStage({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=k1",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment=test%20bed",
      OTEL_SERVICE_NAME: "evaluation",
    });
    const api = await stage.startApi();
    const workers = [await stage.start("generate"), await stage.start("score"), await stage.start("finalize")];
    const run = await submit(api.url, stage);
    expect((await stage.outcomeOf(run)).records).toHaveLength(ANSWERS);
    // Whoever ends sends what it has first.
    for (const worker of workers) expect(await worker.stop()).toBe(0);
    const gone = once(api.child, "exit");
    api.child.kill("SIGTERM");
    await gone;

    const only = (name: string) => {
      const found = collector.named(name);
      expect(found, name).toHaveLength(1);
      return found[0];
    };
    const [request, submitted, whole, finalized] = ["submitRun", "submit", "run", "finalize"].map(only);
    expect(request).toMatchObject({ traceId: CALLER.trace, parentSpanId: CALLER.span, kind: 2 });
    expect(request?.attributes).toMatchObject({ "http.request.method": "POST", "http.response.status_code": 201 });
    expect(submitted).toMatchObject({ traceId: CALLER.trace, parentSpanId: request?.spanId });
    expect(whole).toMatchObject({ traceId: CALLER.trace, parentSpanId: submitted?.spanId });
    expect(finalized).toMatchObject({ traceId: CALLER.trace, parentSpanId: whole?.spanId });

    const byId = new Map(collector.spans.map((span) => [span.spanId, span]));
    const parentOf = (id: string | undefined) => byId.get(id ?? "");
    const generated = collector.named("generate");
    const scored = collector.named("score");
    for (const shards of [generated, scored])
      expect(shards.map(({ attributes }) => Number(attributes["quantgate.unit"])).toSorted()).toEqual(
        Array.from({ length: UNITS }, (_, unit) => unit),
      );
    for (const shard of generated) {
      expect(shard.traceId).toBe(CALLER.trace);
      const job = parentOf(shard.parentSpanId);
      expect(job).toMatchObject({ name: "process generate.sim", kind: 5, parentSpanId: whole?.spanId });
      expect(shard.attributes).toMatchObject({
        "quantgate.run": run,
        "quantgate.variant": expect.stringMatching(/^demo\/(FP16|Q4_K_M)@sim$/),
        "quantgate.task": expect.stringMatching(/^demo-/),
        "quantgate.backend": "sim",
      });
      expect(Number(shard.attributes["quantgate.items"])).toBe(40);
      expect(Number(shard.attributes["quantgate.errors"])).toBe(0);
      const [mean, max] = ["mean", "max"].map((name) => Number(shard.attributes[`quantgate.answer.${name}_ms`]));
      expect(mean).toBeGreaterThan(0);
      expect(max).toBeGreaterThanOrEqual(mean ?? Number.NaN);
    }
    // Handed on by the shard that was answered.
    for (const { traceId, parentSpanId } of scored) {
      expect(traceId).toBe(CALLER.trace);
      expect(parentOf(parentSpanId)?.name).toBe("process score");
      const added = parentOf(parentOf(parentSpanId)?.parentSpanId);
      expect(["addBulk score", "run"]).toContain(added?.name);
    }

    // One trace; what else came belongs to requests of nobody's run, none of which there were.
    expect(new Set(collector.spans.map(({ traceId }) => traceId))).toEqual(new Set([CALLER.trace]));
    expect(new Set(collector.spans.map(({ resource }) => resource["service.name"]))).toEqual(new Set(["evaluation"]));
    expect(new Set(collector.spans.map(({ resource }) => resource["quantgate.process"]))).toEqual(
      new Set(["api", "generate", "score", "finalize"]),
    );
    expect(collector.spans[0]?.resource).toMatchObject({ "deployment.environment": "test bed" });
    for (const headers of collector.headers) expect(headers["x-key"]).toBe("k1");
    // No prompt was told.
    const prompts = [...stage.ollama.asked.keys()].map((key) => key.split("\n").slice(1).join("\n"));
    expect(prompts.length).toBeGreaterThan(UNITS);
    for (const prompt of prompts) expect(collector.text).not.toContain(JSON.stringify(prompt).slice(1, -1));
    expect(collector.named("answer")).toEqual([]);
  });

  it("have a span for each answer where that is asked for", async () => {
    const collector = await startCollector();
    const stage = await setStage({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, QUANTGATE_TRACE_ANSWERS: "1" });
    const worker = await stage.start("all");
    await stage.outcomeOf(await stage.submit());
    expect(await worker.stop()).toBe(0);
    const shards = new Set(collector.named("generate").map(({ spanId }) => spanId));
    expect(collector.named("answer")).toHaveLength(ANSWERS);
    for (const { parentSpanId } of collector.named("answer")) expect(shards).toContain(parentSpanId);
    // Submitted by somebody who doesn't trace: the run begins the trace.
    expect(collector.named("run")[0]?.parentSpanId ?? "").toBe("");
  });

  it("go on in the trace of the submission when the queue has lost the run", async () => {
    const collector = await startCollector();
    const stage = await setStage({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const api = await stage.startApi();
    const run = await submit(api.url, stage);
    await stage.redis.empty();
    const worker = await stage.start("all");
    await stage.outcomeOf(run);
    expect(await worker.stop()).toBe(0);
    expect(collector.named("generate")).toHaveLength(UNITS);
    for (const { traceId } of collector.spans) expect(traceId).toBe(CALLER.trace);
  });

  it.each(["unreachable", "silent"] as const)("cost no run anything whose collector is %s", async (kind) => {
    const url =
      kind === "silent" ? (await startCollector({ silent: true })).url : `http://127.0.0.1:${await freePort()}`;
    // Short, so that sending fails while the run goes on.
    const stage = await setStage({
      OTEL_EXPORTER_OTLP_ENDPOINT: url,
      OTEL_EXPORTER_OTLP_TIMEOUT: "500",
      OTEL_BSP_SCHEDULE_DELAY: "50",
    });
    const worker = await stage.start("all");
    const { state, records } = await stage.outcomeOf(await stage.submit());
    expect(state.failure).toBeUndefined();
    expect(state.status).toBe("completed");
    expect(records).toHaveLength(ANSWERS);
    await worker.says("traces can't be sent");
    expect(await worker.stop()).toBe(0);
    const told = worker.log.filter(({ msg }) => msg === "traces can't be sent");
    expect(told).toHaveLength(1);
    expect(told[0]?.problem).toMatch(kind === "silent" ? /^Request timed out$/ : /^connect ECONNREFUSED /);
  });

  it("show a run that is executed in the service's own process", async () => {
    const collector = await startCollector();
    const stage = await setStage({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
    const api = await stage.startApi({ queued: false });
    const run = await submit(api.url, stage);
    await stage.outcomeOf(run);
    const gone = once(api.child, "exit");
    api.child.kill("SIGTERM");
    expect(await gone).toEqual([0, null]);
    const [submitted] = collector.named("submit");
    const [whole] = collector.named("run");
    expect(whole).toMatchObject({ traceId: CALLER.trace, parentSpanId: submitted?.spanId });
    const generated = collector.named("generate");
    expect(generated.map(({ attributes }) => attributes["quantgate.variant"])).toEqual([
      "demo/FP16@sim",
      "demo/Q4_K_M@sim",
    ]);
    for (const part of [...generated, ...collector.named("finalize")]) expect(part.parentSpanId).toBe(whole?.spanId);
    for (const { attributes } of generated) {
      expect(Number(attributes["quantgate.items"])).toBe(ANSWERS / 2);
      expect(Number(attributes["quantgate.answer.mean_ms"])).toBeGreaterThan(0);
    }
    expect(collector.named("finalize")).toHaveLength(1);
  });

  it.each([
    { name: "not configured", env: {}, loads: false },
    {
      name: "switched off",
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_SDK_DISABLED: "true" },
      loads: false,
    },
    { name: "configured", env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" }, loads: true },
  ])("load OpenTelemetry only where they are wanted: $name", async ({ env, loads }) => {
    const list = join(await temporaryFolder(), "loaded.txt");
    const preload = join(await temporaryFolder(), "preload.mjs");
    // At the end of the process: what is loaded by then, whichever way.
    await writeFile(
      preload,
      `import { appendFileSync } from "node:fs"; import Module from "node:module";
         process.on("exit", () => appendFileSync(${JSON.stringify(list)}, Object.keys(Module._cache).join("\\n") + "\\n"));`,
    );
    const stage = await setStage({ ...env, NODE_OPTIONS: `--import=${preload}` });
    const worker = await stage.start("all");
    const api = await stage.startApi();
    const run = await submit(api.url, stage);
    await stage.outcomeOf(run);
    const gone = once(api.child, "exit");
    api.child.kill("SIGTERM");
    await gone;
    expect(await worker.stop()).toBe(0);
    await until(async () => (await linesOf(list)).length > 0);
    const loaded = await linesOf(list);
    expect(loaded.some((file) => file.includes("/node_modules/ioredis/"))).toBe(true);
    // The API package alone does nothing; the metrics library brings it along.
    const found = loaded.filter((file) => /node_modules\/(@opentelemetry\/(?!api\/)|bullmq-otel\/)/.test(file));
    if (loads) expect(found).not.toEqual([]);
    else expect(found).toEqual([]);
  });
});

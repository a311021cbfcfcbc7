import { beforeEach, describe, expect, it } from "vitest";
import { OpenTelemetryTracer } from "../../src/telemetry/open-telemetry-tracer.ts";
import { ProgressTrace } from "../../src/telemetry/progress-trace.ts";
import { recordSpans } from "./recorded-spans.ts";

const { spans, reset } = recordSpans();
const tracer = new OpenTelemetryTracer("1.2.3");
const named = (name: string) => spans().find((span) => span.name === name);
const idOf = (name: string) => named(name)?.spanContext().spanId;
beforeEach(reset);

describe("spans", () => {
  it("are parts of the one that they are begun in, unless they begin a trace or belong to another", async () => {
    const parent = { traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` };
    await tracer.span("outer", {}, async (outer) => {
      outer.begin("part").end();
      await tracer.span("inner", {}, async () => {});
      await tracer.span("new", { parent: "none" }, async () => {});
      await tracer.span("other", { parent }, async () => {
        expect(tracer.current()).toMatch(/^00-a{32}-[0-9a-f]{16}-01$/);
      });
    });
    for (const name of ["part", "inner"]) expect(named(name)?.parentSpanContext?.spanId).toBe(idOf("outer"));
    expect(named("new")?.parentSpanContext).toBeUndefined();
    expect(named("other")?.spanContext().traceId).toBe("a".repeat(32));
    expect(named("other")?.parentSpanContext?.spanId).toBe("b".repeat(16));
    expect(tracer.current()).toBeUndefined();
  });

  it("tell of an error nothing but its kind, and pass it on", async () => {
    const error = new TypeError("the prompt was: my secret");
    const failed = tracer.span("failing", { attributes: { unit: 1 } }, async () => {
      throw error;
    });
    await expect(failed).rejects.toBe(error);
    const span = named("failing");
    expect(span?.status).toEqual({ code: 2 });
    expect(span?.attributes).toEqual({ unit: 1, "error.type": "TypeError" });
    expect(span?.events).toEqual([]);
  });

  it("that are told when they are over took as long as they took", async () => {
    await tracer.span("outer", {}, async (span) => span.took("answer", 1500, { item: "x" }));
    const [seconds = 0, nanoseconds = 0] = named("answer")?.duration ?? [];
    expect(seconds * 1000 + nanoseconds / 1e6).toBeCloseTo(1500, 3);
  });
});

describe("a run that is executed in one piece", () => {
  it("has a span for each variant's answers, without its probe, for scoring and for the end", async () => {
    await tracer.span("run", {}, async (span) => {
      const trace = new ProgressTrace(span, { eachAnswer: true });
      const identity = { weightsDigest: "w", build: "b" } as never;
      trace.observe({ kind: "variant-opening", variant: "v", answers: 2, done: 0 });
      trace.answered(900);
      trace.observe({ kind: "variant-opened", variant: "v", identity, loadMs: 1, findings: [] });
      for (const [ms, errored] of [
        [10, false],
        [30, false],
        [undefined, true],
      ] as const) {
        if (ms !== undefined) trace.answered(ms);
        trace.observe({ kind: "answered", variant: "v", task: "t", errored });
      }
      trace.observe({ kind: "scoring", variant: "v" });
      trace.observe({ kind: "variant-done", variant: "v" });
      trace.observe({ kind: "analyzing" });
      trace.end();
    });
    expect(named("generate")?.attributes).toEqual({
      "quantgate.variant": "v",
      "quantgate.items": 3,
      "quantgate.errors": 1,
      "quantgate.answer.mean_ms": 20,
      "quantgate.answer.max_ms": 30,
    });
    expect(spans().map(({ name }) => name)).toEqual(["answer", "answer", "generate", "score", "finalize", "run"]);
    for (const name of ["generate", "score", "finalize"])
      expect(named(name)?.parentSpanContext?.spanId).toBe(idOf("run"));
  });
});

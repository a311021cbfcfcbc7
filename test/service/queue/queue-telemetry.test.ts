import { SpanKind } from "bullmq";
import { beforeEach, describe, expect, it } from "vitest";
import { queueTelemetry } from "../../../src/service/queue/queue-telemetry.ts";
import { OpenTelemetryTracer } from "../../../src/telemetry/open-telemetry-tracer.ts";
import { recordSpans } from "../../telemetry/recorded-spans.ts";

const { spans, reset } = recordSpans();
const { tracer, contextManager } = queueTelemetry("1.2.3");
const outside = new OpenTelemetryTracer("1.2.3");
beforeEach(reset);

describe("spans of a queue", () => {
  it("are those of adding and doing jobs of a trace; housekeeping and what belongs to none has none", async () => {
    for (const kind of [SpanKind.INTERNAL, SpanKind.PRODUCER, SpanKind.CONSUMER])
      tracer.startSpan("alone", { kind }).end();
    await outside.span("outer", {}, async () => {
      tracer.startSpan("getNextJob", { kind: SpanKind.INTERNAL }).end();
      tracer.startSpan("addBulk", { kind: SpanKind.PRODUCER }).end();
      const metadata = contextManager.getMetadata(contextManager.active());
      expect(JSON.parse(metadata)).toEqual({ traceparent: outside.current() });
      tracer
        .startSpan(
          "process",
          { kind: SpanKind.CONSUMER },
          contextManager.fromMetadata(contextManager.active(), metadata),
        )
        .end();
    });
    expect(spans().map(({ name }) => name)).toEqual(["addBulk", "process", "outer"]);
    expect(new Set(spans().map((span) => span.spanContext().traceId)).size).toBe(1);
  });

  it("tell nothing that may quote an answer: no reasons, no results, no options", async () => {
    await outside.span("outer", {}, async () => {
      const span = tracer.startSpan("process", { kind: SpanKind.CONSUMER });
      span.setAttribute("bullmq.job.failed.reason", "secret");
      span.setAttribute("bullmq.job.id", "run.1");
      span.setAttributes({ "bullmq.job.result": "secret", "bullmq.queue.name": "score" });
      span.addEvent("job failed", { "bullmq.job.failed.reason": "secret" });
      span.recordException(new Error("secret"));
      span.end();
    });
    const [span] = spans();
    expect(span?.attributes).toEqual({ "bullmq.job.id": "run.1", "bullmq.queue.name": "score" });
    expect(span?.events.map(({ name, attributes = {} }) => [name, attributes])).toEqual([
      ["job failed", {}],
      ["exception", {}],
    ]);
  });
});

import { SpanKind, type Telemetry } from "bullmq";
import { BullMQOtel } from "bullmq-otel";

type QueueSpan = ReturnType<Telemetry["tracer"]["startSpan"]>;

/** What is told of a job. BullMQ would also tell why it failed, in words that may quote a server's answer. */
const TOLD = new Set([
  "bullmq.queue.name",
  "bullmq.queue.operation",
  "bullmq.job.id",
  "bullmq.job.bulk.count",
  "bullmq.job.attempts.made",
]);

/**
 * Carries the trace with the jobs: who adds one tells in which trace, who takes one goes on with it. BullMQ's own housekeeping, which goes on for as
 * long as a process lives, and jobs that belong to no trace have no spans.
 */
export function queueTelemetry(version: string): Telemetry {
  const { tracer, contextManager } = new BullMQOtel({ tracerName: "quantgate", version });
  const isTraced = (context: unknown): boolean => contextManager.getMetadata(context as never) !== "{}";
  return {
    contextManager,
    tracer: {
      startSpan: (name, options, context) => {
        const worthTelling = options?.kind === SpanKind.PRODUCER || options?.kind === SpanKind.CONSUMER;
        if (!worthTelling || !isTraced(context ?? contextManager.active())) return NO_SPAN;
        return discreet(tracer.startSpan(name, options, context as never));
      },
    },
  };
}

const NO_SPAN: QueueSpan = {
  setSpanOnContext: (context) => context,
  setAttribute: () => {},
  setAttributes: () => {},
  addEvent: () => {},
  recordException: () => {},
  end: () => {},
};

function discreet(span: QueueSpan): QueueSpan {
  return {
    setSpanOnContext: (context) => span.setSpanOnContext(context),
    setAttribute: (key, value) => {
      if (TOLD.has(key)) span.setAttribute(key, value);
    },
    setAttributes: (attributes) =>
      span.setAttributes(Object.fromEntries(Object.entries(attributes).filter(([key]) => TOLD.has(key)))),
    addEvent: (name) => span.addEvent(name),
    recordException: () => span.addEvent("exception"),
    end: () => span.end(),
  };
}

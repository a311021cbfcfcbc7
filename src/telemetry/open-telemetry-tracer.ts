import {
  type Context,
  context,
  type Span as OtelSpan,
  SpanKind as OtelSpanKind,
  type Tracer as OtelTracer,
  propagation,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { OpenSpan, Span, SpanAttributes, SpanKind, SpanOptions, TraceContext, Tracer } from "./tracer.ts";

const KINDS: Readonly<Record<SpanKind, OtelSpanKind>> = {
  internal: OtelSpanKind.INTERNAL,
  server: OtelSpanKind.SERVER,
};

/** Spans of OpenTelemetry's API, of whatever SDK is registered with it. */
export class OpenTelemetryTracer implements Tracer {
  readonly #tracer: OtelTracer;

  constructor(version: string) {
    this.#tracer = trace.getTracer("quantgate", version);
  }

  async span<T>(
    name: string,
    { kind = "internal", attributes, parent }: SpanOptions,
    work: (span: Span) => Promise<T>,
  ) {
    const within = contextOf(parent);
    const span = this.#tracer.startSpan(
      name,
      { kind: KINDS[kind], ...(attributes === undefined ? {} : { attributes }) },
      within,
    );
    const begun = trace.setSpan(within, span);
    const told = new ToldSpan(this.#tracer, span, begun);
    try {
      const result = await context.with(begun, () => work(told));
      told.end();
      return result;
    } catch (error) {
      told.end(error);
      throw error;
    }
  }

  current(): string | undefined {
    const carrier: Record<string, string> = {};
    propagation.inject(context.active(), carrier);
    return carrier.traceparent;
  }
}

/** Of a caller's nothing but the trace: what else may be sent along is not passed on. */
function contextOf(parent: TraceContext | "none" | undefined): Context {
  if (parent === undefined) return context.active();
  if (parent === "none") return ROOT_CONTEXT;
  const { traceparent, tracestate } = parent;
  return propagation.extract(ROOT_CONTEXT, { traceparent, ...(tracestate === undefined ? {} : { tracestate }) });
}

class ToldSpan implements OpenSpan {
  readonly #tracer: OtelTracer;
  readonly #span: OtelSpan;
  /** The context in which this span is the current one. */
  readonly #context: Context;

  constructor(tracer: OtelTracer, span: OtelSpan, within: Context) {
    this.#tracer = tracer;
    this.#span = span;
    this.#context = within;
  }

  set(attributes: SpanAttributes): void {
    this.#span.setAttributes(attributes);
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  begin(name: string, attributes: SpanAttributes = {}): OpenSpan {
    const span = this.#tracer.startSpan(name, { attributes }, this.#context);
    return new ToldSpan(this.#tracer, span, trace.setSpan(this.#context, span));
  }

  took(name: string, ms: number, attributes: SpanAttributes = {}): void {
    const endMs = Date.now();
    this.#tracer.startSpan(name, { attributes, startTime: endMs - ms }, this.#context).end(endMs);
  }

  end(error?: unknown): void {
    if (error !== undefined) {
      this.#span.setStatus({ code: SpanStatusCode.ERROR });
      this.#span.setAttribute("error.type", error instanceof Error ? error.constructor.name : typeof error);
    }
    this.#span.end();
  }
}

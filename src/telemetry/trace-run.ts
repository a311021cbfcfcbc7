import type { RunManifest } from "../store/manifest.ts";
import type { RunStore } from "../store/run-store.ts";
import { NO_TRACER, type Span, type TraceContext, type Tracer } from "./tracer.ts";

/**
 * Does what brings a run to its end in a span of the trace that it was submitted in. The run itself knows that trace: a queue that lost it, or a
 * process that was started again, doesn't.
 */
export async function traceRun<T>(
  tracer: Tracer,
  store: RunStore,
  id: string,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const parent = tracer === NO_TRACER ? "none" : await submittedIn(store, id).catch(() => "none" as const);
  return tracer.span("run", { attributes: { "quantgate.run": id }, parent }, work);
}

async function submittedIn(store: RunStore, id: string): Promise<TraceContext | "none"> {
  const text = (await (await store.open(id)).read("manifest.json")) ?? "{}";
  const traceparent = (JSON.parse(text) as Partial<RunManifest>).submission?.trace;
  return traceparent === undefined ? "none" : { traceparent };
}

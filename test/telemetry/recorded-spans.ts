import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-node";

/** Registers an SDK that keeps ended spans in memory, for this process. */
export function recordSpans(): { readonly spans: () => readonly ReadableSpan[]; readonly reset: () => void } {
  const exporter = new InMemorySpanExporter();
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
  return { spans: () => exporter.getFinishedSpans(), reset: () => exporter.reset() };
}

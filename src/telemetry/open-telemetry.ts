import { DiagLogLevel, diag } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { OpenTelemetryTracer } from "./open-telemetry-tracer.ts";
import { resourceOf } from "./resource.ts";
import type { Tracer } from "./tracer.ts";

export interface TelemetryOptions {
  /** What this process does, such as `api` or `generate`. */
  readonly role: string;
  readonly version: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Told once that spans can't be sent, however often. */
  readonly onTrouble: (message: string) => void;
}

/** OpenTelemetry's SDK, set up by its own environment variables. Spans are sent in the background; what can't be sent is dropped. */
export function openTelemetry({ role, version, environment, onTrouble }: TelemetryOptions): {
  readonly tracer: Tracer;
  readonly shutdown: () => Promise<void>;
} {
  const trouble = (text: string): void => onTrouble(messageIn(text));
  const quiet = (): void => {};
  diag.setLogger(
    { error: trouble, warn: trouble, info: quiet, debug: quiet, verbose: quiet },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const standard = { "service.name": "quantgate", "service.version": version, "quantgate.process": role };
  const provider = new NodeTracerProvider({
    resource: resourceOf(standard, environment),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  return { tracer: new OpenTelemetryTracer(version), shutdown: () => provider.shutdown() };
}

/** The SDK tells of an error as JSON, with its stack and what the collector answered. */
function messageIn(text: string): string {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    return typeof message === "string" ? message : text;
  } catch {
    return text;
  }
}

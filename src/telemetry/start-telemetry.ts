import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../domain/errors.ts";
import type { TelemetryOptions } from "./open-telemetry.ts";
import { NO_TRACER, type Tracer } from "./tracer.ts";

export interface Telemetry {
  /** False: nothing is told to anybody, and nothing of OpenTelemetry is loaded. */
  readonly isOn: boolean;
  readonly tracer: Tracer;
  /** Sends what wasn't sent yet, for some seconds at most. */
  close(): Promise<void>;
}

/** How long the end of a process may wait for the collector. */
const FLUSH_MS = 3_000;

/** Whether the environment says where spans go, with the variables that OpenTelemetry has for it. */
export function isConfigured(environment: NodeJS.ProcessEnv): boolean {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_SDK_DISABLED } = environment;
  const endpoint = OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?.trim() || OTEL_EXPORTER_OTLP_ENDPOINT?.trim() || "";
  return endpoint !== "" && OTEL_SDK_DISABLED?.trim().toLowerCase() !== "true";
}

/** Traces of this process, where the environment asks for them. Once a process. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  if (!isConfigured(options.environment)) return { isOn: false, tracer: NO_TRACER, close: async () => {} };
  const onTrouble = once(options.onTrouble);
  try {
    const { openTelemetry } = await import("./open-telemetry.ts");
    const { tracer, shutdown } = openTelemetry({ ...options, onTrouble });
    const close = async (): Promise<void> => {
      const flushed = shutdown().catch((error: unknown) => onTrouble(messageOf(error)));
      await Promise.race([flushed, sleep(FLUSH_MS, undefined, { ref: false })]);
    };
    return { isOn: true, tracer, close };
  } catch (error) {
    // Settings that the SDK refuses are no reason not to work.
    onTrouble(messageOf(error));
    return { isOn: false, tracer: NO_TRACER, close: async () => {} };
  }
}

/** A collector that is away is away for every batch. */
function once(tell: (message: string) => void): (message: string) => void {
  let told = false;
  return (message) => {
    if (told) return;
    told = true;
    tell(message);
  };
}

import { describe, expect, it } from "vitest";
import { isConfigured, startTelemetry } from "../../src/telemetry/start-telemetry.ts";
import { NO_TRACER } from "../../src/telemetry/tracer.ts";

const endpoint = "http://127.0.0.1:4318";

describe("traces are told", () => {
  it.each([
    { environment: {}, told: false },
    { environment: { OTEL_SERVICE_NAME: "quantgate" }, told: false },
    { environment: { OTEL_EXPORTER_OTLP_ENDPOINT: "" }, told: false },
    { environment: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, told: true },
    { environment: { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${endpoint}/v1/traces` }, told: true },
    { environment: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: "false" }, told: true },
    { environment: { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: "True" }, told: false },
  ])("by $environment: $told", ({ environment, told }) => {
    expect(isConfigured(environment)).toBe(told);
  });

  it("by nobody who isn't asked to, and work is done all the same", async () => {
    const troubles: string[] = [];
    const onTrouble = (message: string): void => void troubles.push(message);
    const { isOn, tracer, close } = await startTelemetry({ role: "api", version: "1.2.3", environment: {}, onTrouble });
    expect(isOn).toBe(false);
    expect(tracer).toBe(NO_TRACER);
    expect(await tracer.span("work", {}, async () => 42)).toBe(42);
    expect(tracer.current()).toBeUndefined();
    await close();
    expect(troubles).toEqual([]);
  });
});

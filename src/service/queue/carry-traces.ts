import type { QueuesOptions } from "./queues.ts";

/** What makes queues and their workers carry traces; nothing is loaded for it where there are none. */
export async function carryTraces(
  { isOn }: { readonly isOn: boolean },
  version: string,
): Promise<Pick<QueuesOptions, "telemetry">> {
  return isOn ? { telemetry: (await import("./queue-telemetry.ts")).queueTelemetry(version) } : {};
}

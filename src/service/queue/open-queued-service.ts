import { packageVersion } from "../../package-root.ts";
import type { RunStore } from "../../store/run-store.ts";
import type { Telemetry } from "../../telemetry/start-telemetry.ts";
import { carryTraces } from "./carry-traces.ts";
import { QueuedRunService, type QueuedServiceOptions } from "./queued-run-service.ts";
import { generateQueue, type QueueName, Queues, type QueuesOptions } from "./queues.ts";
import { Schedules } from "./schedules.ts";

export interface QueuedService {
  /** Closing it closes the connection to Redis. */
  readonly service: QueuedRunService;
  readonly schedules: Schedules;
  /** Jobs of the queues by state, those of these backends included. Rejects while Redis is away. */
  readonly queueCounts: (
    backends: readonly string[],
  ) => Promise<ReadonlyMap<QueueName, Readonly<Record<string, number>>>>;
}

export interface QueuedOptions
  extends Pick<QueuedServiceOptions, "onEvent" | "tracer">,
    Pick<QueuesOptions, "telemetry"> {
  readonly onTrouble: (error: Error) => void;
}

/** The service's side: takes runs and schedules, and leaves them to workers. */
export function openQueuedService(
  store: RunStore,
  redisUrl: string,
  { onEvent, onTrouble, tracer, telemetry }: QueuedOptions,
): QueuedService {
  const queues = new Queues(redisUrl, onTrouble, { telemetry });
  const onClose = (): Promise<void> => queues.close();
  const now = (): Date => new Date();
  return {
    service: new QueuedRunService({ store, queues, version: packageVersion(), now, tracer, onEvent, onClose }),
    schedules: new Schedules(store.collection("schedules"), queues, now),
    queueCounts: (backends) =>
      queues.countsOf(["runs", ...backends.map(generateQueue), "score", "schedules", "alerts"]),
  };
}

/** The same, telling of runs and of what is added to queues. */
export async function openTracedService(
  store: RunStore,
  redisUrl: string,
  telemetry: Telemetry,
  options: Pick<QueuedOptions, "onEvent" | "onTrouble">,
): Promise<QueuedService> {
  const carrying = await carryTraces(telemetry, packageVersion());
  return openQueuedService(store, redisUrl, { ...options, ...carrying, tracer: telemetry.tracer });
}

import { Queues } from "../executor/queues.ts";
import { packageVersion } from "../package-root.ts";
import { QueuedRunService, type QueuedServiceOptions } from "../service/queued-run-service.ts";
import type { RunStore } from "../store/run-store.ts";

/** The service's side: takes runs, and leaves them to workers. */
export function openQueuedService(
  store: RunStore,
  redisUrl: string,
  { onEvent, onTrouble }: Pick<QueuedServiceOptions, "onEvent"> & { readonly onTrouble: (error: Error) => void },
): QueuedRunService {
  const queues = new Queues(redisUrl, onTrouble);
  const onClose = (): Promise<void> => queues.close();
  return new QueuedRunService({ store, queues, version: packageVersion(), now: () => new Date(), onEvent, onClose });
}

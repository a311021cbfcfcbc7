import { evaluationServices, openStore } from "../../compose.ts";
import type { ProgressEvent } from "../../domain/progress.ts";
import { readEnv } from "../../env.ts";
import { BullMqExecutor } from "../queue/bullmq-executor.ts";
import { Queues } from "../queue/queues.ts";
import { type Finish, finishRun } from "./finish-run.ts";
import { UNIT_TRIES } from "./unit-tries.ts";

const POLL_MS = 500;

/** What a run's thread is asked. */
export interface FinishRequest {
  readonly run: string;
  readonly redisUrl: string;
  readonly reconcileMs: number;
  /** `traceparent` that the run's units belong to; absent: they are not traced. */
  readonly trace?: string;
}

/** In a run's thread: brings the run to its end, its units done by workers. */
export async function finishRunByWorkers(
  { run, redisUrl, reconcileMs, trace }: FinishRequest,
  signal: AbortSignal,
  onProgress: (event: ProgressEvent) => void,
): Promise<Finish> {
  const env = readEnv(process.env);
  const store = openStore(env.runsFolder);
  // Here nothing is told of spans: the thread ends with the run, and what it hadn't sent would be lost or waited for.
  const queues = new Queues(redisUrl, () => {}, { trace });
  const executor = new BullMqExecutor(queues, {
    pollMs: POLL_MS,
    redispatchMs: reconcileMs,
    ...UNIT_TRIES,
    onTrouble: () => {},
  });
  // Those who score open the models; here they would only take memory.
  const openScorers = async () => ({ byTask: new Map(), close: async () => {} });
  try {
    const services = { ...evaluationServices(store, env), executor, openScorers };
    return await finishRun(run, services, { onProgress, signal });
  } finally {
    await queues.close();
    await store.close();
  }
}

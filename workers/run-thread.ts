import { parentPort } from "node:worker_threads";
import type { ProgressEvent } from "../src/domain/progress.ts";
import type { Finish } from "../src/service/workers/finish-run.ts";
import { type FinishRequest, finishRunByWorkers } from "../src/service/workers/finish-run-by-workers.ts";
import { answerCalls } from "../src/service/workers/thread-calls.ts";

/* A thread of the finalizing worker, one for each run: analysis blocks the event loop that it runs on. */

if (parentPort === null) throw new Error("this module runs in a worker thread only");
answerCalls<FinishRequest, Finish, ProgressEvent>(parentPort, finishRunByWorkers);

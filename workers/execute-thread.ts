import { parentPort } from "node:worker_threads";
import type { Decision } from "../src/service/api/in-process-service.ts";
import { type ExecuteEvent, type ExecuteRequest, executeRequest } from "../src/service/workers/execute-in-thread.ts";
import { answerCalls } from "../src/service/workers/thread-calls.ts";

/* A thread of the service without Redis, one for each run: scoring and analysis block the event loop that they run on. */

if (parentPort === null) throw new Error("this module runs in a worker thread only");
answerCalls<ExecuteRequest, Decision, ExecuteEvent>(parentPort, executeRequest);

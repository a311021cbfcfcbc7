import { parentPort } from "node:worker_threads";
import { type ExecuteEvent, type ExecuteRequest, executeRequest } from "../src/compose-service/execute-in-thread.ts";
import type { Decision } from "../src/http/in-process-service.ts";
import { answerCalls } from "../src/service/thread-calls.ts";

/* A thread of the service without Redis, one for each run: scoring and analysis block the event loop that they run on. */

if (parentPort === null) throw new Error("this module runs in a worker thread only");
answerCalls<ExecuteRequest, Decision, ExecuteEvent>(parentPort, executeRequest);

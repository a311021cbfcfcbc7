import { parentPort } from "node:worker_threads";
import { makeThreadScorer, type ScoreRequest } from "../src/service/workers/make-thread-scorer.ts";
import type { ScoredUnit } from "../src/service/workers/score-unit.ts";
import { answerCalls } from "../src/service/workers/thread-calls.ts";

/* A thread of the scoring worker: metrics and models block the event loop that they run on. */

if (parentPort === null) throw new Error("this module runs in a worker thread only");
const scorer = makeThreadScorer();
answerCalls<ScoreRequest, ScoredUnit>(parentPort, (request, signal) => scorer.score(request, signal));

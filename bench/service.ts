/**
 * What the service costs and gains, against a simulated backend. Needs redis-server, Postgres and the compiled package (`npm run build`).
 *
 *   npx tsx bench/service.ts
 */
import { availableParallelism } from "node:os";
import { evaluationServices } from "../src/compose.ts";
import type { AnswerRecord } from "../src/domain/record.ts";
import { readEnv } from "../src/env.ts";
import { startRun } from "../src/pipeline/start-run.ts";
import { PostgresServer } from "../test/support/postgres-server.ts";
import { answersOf, Fleet } from "./service/fleet.ts";

const LATENCY_MS = 20;
const STORED_RUNS = 1_000;
const SUBMISSIONS = 300;

/**
 * Share of the time between the first answer and the last in which the backend, asked one question at a time, was not asked: what is done
 * between the questions.
 */
function idleShare(answers: readonly AnswerRecord[]): number {
  const times = answers.map(({ at }) => Date.parse(at));
  const spanMs = Math.max(...times) - Math.min(...times);
  // The first answer's own time lies before the span.
  const asked = answers.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)).slice(1);
  const askedMs = asked.reduce(
    (sum, { outcome }) => sum + (outcome.kind === "answered" ? outcome.answer.timings.wallMs : 0),
    0,
  );
  return 1 - askedMs / spanMs;
}

function print(what: string, value: string): void {
  process.stdout.write(`${what.padEnd(70)} ${value}\n`);
}

async function scaling(): Promise<void> {
  const fleet = await Fleet.start({ models: 7, itemsPerModel: 300, latencyMs: LATENCY_MS, concurrency: 1 });
  await fleet.startWorker("score");
  await fleet.startWorker("finalize");
  await fleet.startWorker("generate");
  const one = await fleet.run();
  await fleet.startWorker("generate");
  await fleet.longestLagMs();
  const two = await fleet.run();
  const ideal = (one.answers.length * LATENCY_MS) / 1000;
  print(
    `2,100 items at ${LATENCY_MS} ms, one worker`,
    `${one.seconds.toFixed(1)} s (the backend alone: ${ideal.toFixed(1)} s)`,
  );
  print("the same, two workers", `${two.seconds.toFixed(1)} s`);
  print("two workers / one", (two.seconds / one.seconds).toFixed(3));
  print("longest that an event loop of theirs was held up", `${(await fleet.longestLagMs()).toFixed(0)} ms`);
  await fleet.stop();
}

async function overhead(database: string | undefined, name: string): Promise<void> {
  const settings = { models: 1, itemsPerModel: 300, latencyMs: LATENCY_MS, concurrency: 1 };
  const fleet = await Fleet.start({ ...settings, ...(database === undefined ? {} : { database }) });
  for (const kind of ["score", "finalize", "generate"] as const) await fleet.startWorker(kind);
  const queued: number[] = [];
  const direct: number[] = [];
  const { signal } = new AbortController();
  for (let round = 0; round < 3; round += 1) {
    queued.push(idleShare((await fleet.run()).answers));
    const services = evaluationServices(fleet.store, { ...readEnv(process.env), cacheFolder: fleet.cacheFolder });
    const id = `direct-${round}`;
    await startRun(fleet.nextSpec(), id, services, { onProgress: () => {}, signal });
    direct.push(idleShare(await answersOf(fleet.store, id)));
  }
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  // The best of each: the others were held up by something else on the machine.
  const [most, least] = [Math.min(...queued), Math.min(...direct)];
  print(`time between questions, queue and ${name}; one process and ${name}`, `${percent(most)}; ${percent(least)}`);
  print(`cost of the queue with ${name} at ${LATENCY_MS} ms an item`, `${percent(most - least)} of wall time`);
  await fleet.stop();
}

async function submitting(database: string | undefined, name: string): Promise<void> {
  const fleet = await Fleet.start({
    models: 1,
    itemsPerModel: 10,
    latencyMs: 0,
    concurrency: 1,
    ...(database === undefined ? {} : { database }),
  });
  const submit = (key: string) => fleet.service.submit(fleet.spec, { submittedBy: "bench", idempotencyKey: key });
  for (let run = 0; run < STORED_RUNS; run += 1) await submit(`stored-${run}`);
  const times: number[] = [];
  for (let run = 0; run < SUBMISSIONS; run += 1) {
    const startedMs = performance.now();
    await submit(`timed-${run}`);
    times.push(performance.now() - startedMs);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => `${(times[Math.floor(share * times.length)] ?? 0).toFixed(1)} ms`;
  print(`submitting with ${STORED_RUNS} runs stored (${name})`, `median ${at(0.5)}, p99 ${at(0.99)}`);
  await fleet.stop();
}

process.stdout.write(`${availableParallelism()} cores\n`);
const postgres = await PostgresServer.start();
try {
  await scaling();
  await overhead(undefined, "files");
  await overhead(await postgres.makeDatabase(), "Postgres");
  await submitting(undefined, "files");
  await submitting(await postgres.makeDatabase(), "Postgres");
} finally {
  await postgres.remove();
}

/**
 * QuantGate's own cost: the share of a demo run's wall time that is spent neither inside llama.cpp (starting it, loading, answering) nor inside the
 * scorers' models. Run: npx tsx bench/own-cost.ts
 * Prints the shares; exits 1 when the own cost is 5 % or more.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Backend } from "../src/backend/backend.ts";
import { evaluationServices, findDatasets, openStore } from "../src/compose.ts";
import { readEnv } from "../src/env.ts";
import { loadPolicy } from "../src/gate/policies.ts";
import { decideRun } from "../src/pipeline/decide-run.ts";
import type { EvaluationServices } from "../src/pipeline/evaluation.ts";
import { startRun } from "../src/pipeline/start-run.ts";
import { loadSpec } from "../src/spec/load.ts";
import { readManifest } from "../src/store/read-manifest.ts";

const LIMIT = 0.05;

/** Adds up the time in which at least one call is under way. */
class BusyTime {
  #open = 0;
  #since = 0;
  #totalMs = 0;

  async during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#open === 0) this.#since = performance.now();
    this.#open += 1;
    try {
      return await work();
    } finally {
      this.#open -= 1;
      if (this.#open === 0) this.#totalMs += performance.now() - this.#since;
    }
  }

  get ms(): number {
    return this.#totalMs;
  }
}

const answering = new BusyTime();
const opening = new BusyTime();
const scoring = new BusyTime();

const folder = await mkdtemp(join(tmpdir(), "quantgate-own-cost-"));
try {
  const env = { ...readEnv(process.env), cacheFolder: join(folder, "cache") };
  const store = openStore(join(folder, "runs"));
  const real = evaluationServices(store, env);
  const services: EvaluationServices = {
    ...real,
    openBackend: async (variant, signal) => {
      const backend = await opening.during(() => real.openBackend(variant, signal));
      const timed: Backend = {
        identity: backend.identity,
        capabilities: backend.capabilities,
        concurrency: backend.concurrency,
        loadMs: backend.loadMs,
        generate: (request, ...rest) => answering.during(() => backend.generate(request, ...rest)),
        close: () => opening.during(() => backend.close()),
      };
      return timed;
    },
    openScorers: async (request, signal) => {
      const scorers = await scoring.during(() => real.openScorers(request, signal));
      const byTask = [...scorers.byTask].map(([task, set]) => {
        const timed = set.scorers.map((scorer) => ({
          metric: scorer.metric,
          signature: scorer.signature,
          score: (...args: Parameters<typeof scorer.score>) => scoring.during(() => scorer.score(...args)),
          close: () => scorer.close(),
        }));
        return [task, { ...set, scorers: timed }] as const;
      });
      return { byTask: new Map(byTask), close: () => scoring.during(() => scorers.close()) };
    },
  };
  const signal = new AbortController().signal;
  const start = performance.now();
  const spec = await loadSpec(join(import.meta.dirname, "..", "examples", "demo.yaml"), findDatasets(env));
  const id = await startRun(spec, "own-cost", services, { onProgress: () => {}, signal });
  const run = await store.open(id);
  await decideRun(run, await readManifest(run), await loadPolicy(spec.policy), { signal });
  const wallMs = performance.now() - start;

  const own = (wallMs - answering.ms - opening.ms - scoring.ms) / wallMs;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  console.log(`wall ${(wallMs / 1000).toFixed(1)} s, of which`);
  console.log(`  llama.cpp answering          ${percent(answering.ms / wallMs)}`);
  console.log(`  llama.cpp starting, loading  ${percent(opening.ms / wallMs)}`);
  console.log(`  scorers                      ${percent(scoring.ms / wallMs)}`);
  console.log(`  QuantGate's own cost         ${percent(own)}  (aim: under ${percent(LIMIT)})`);
  if (own >= LIMIT) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

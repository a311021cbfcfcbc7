/**
 * How long the service takes to answer with many stored runs: submit, list, status. Prints milliseconds at the 50th and 99th percentile, beside
 * the same with an empty store, from one run.
 *
 *   node --import tsx bench/service-api.ts [stored runs] [submissions]
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { QuantGateClient } from "../src/client/index.ts";
import { evaluationServices, findDatasets } from "../src/compose.ts";
import { readEnv } from "../src/env.ts";
import { newManifest } from "../src/pipeline/new-manifest.ts";
import { loadBackendRegistry } from "../src/service/api/backend-registry.ts";
import { InProcessRunService } from "../src/service/api/in-process-service.ts";
import { listen } from "../src/service/api/listen.ts";
import { makeLogger } from "../src/service/api/logger.ts";
import { Metrics } from "../src/service/api/metrics.ts";
import { SubmittedSpecSchema } from "../src/service/api/submitted-spec.ts";
import { Tokens } from "../src/service/api/tokens.ts";
import { FileStore } from "../src/store/file-store.ts";

const [stored = 1_000, submissions = 500] = process.argv.slice(2).map(Number);

const SPEC = {
  name: "bench",
  models: [
    {
      name: "taped",
      variants: ["FP16", "Q8_0", "Q4_K_M"].map((quantization) => ({ quantization, model: "taped" })),
    },
  ],
  tasks: [{ dataset: "demo-quiz-mc" }, { dataset: "demo-qa" }],
  scorers: { neural: "skip" as const },
};

async function measure(runs: number): Promise<Record<string, { readonly p50: number; readonly p99: number }>> {
  const folder = await mkdtemp(join(tmpdir(), "quantgate-bench-"));
  const store = new FileStore(join(folder, "runs"));
  const env = readEnv({ QUANTGATE_RUNS: join(folder, "runs"), QUANTGATE_CACHE: join(folder, "cache") });
  await writeFile(join(folder, "taped.jsonl"), "");
  await writeFile(
    join(folder, "backends.yaml"),
    "backends: { taped: { type: recorded } }\nmodels: { taped: ./taped.jsonl }\n",
  );
  const backends = await loadBackendRegistry(join(folder, "backends.yaml"));
  const services = evaluationServices(store, env, { probe: false, answerCache: false });
  const spec = await backends.resolve(SubmittedSpecSchema.parse(SPEC), findDatasets(env));
  for (let index = 0; index < runs; index += 1) {
    const id = `20260101-000000-bench-${String(index).padStart(6, "0")}`;
    const manifest = { ...newManifest(id, spec, services), status: "cancelled" };
    await store.create(id, `${JSON.stringify(manifest, null, 2)}\n`);
  }
  // Runs wait: what is measured is the service, not llamas.
  const waiting = new Promise<never>(() => {});
  const service = await InProcessRunService.start({
    services,
    execute: () => waiting,
    onEvent: () => {},
  });
  const tokens = new Tokens(store.collection("tokens"), () => performance.now());
  const token = await tokens.add("bench", ["admin"], new Date());
  const listening = await listen(
    {
      service,
      store,
      backends,
      findDatasets: findDatasets(env),
      authentication: { kind: "tokens", tokens },
      log: makeLogger("info", { write: () => {} }),
      metrics: new Metrics(),
      version: "bench",
      requestsPerMinute: 1_000_000,
      maxAnswers: 1_000_000,
    },
    { host: "127.0.0.1", port: 0 },
  );
  const client = new QuantGateClient({ server: listening.url, token });
  const times: Record<string, number[]> = { submit: [], list: [], status: [] };
  const time = async <T>(name: string, call: () => Promise<T>): Promise<T> => {
    const startMs = performance.now();
    const value = await call();
    times[name]?.push(performance.now() - startMs);
    return value;
  };
  for (let index = 0; index < 20; index += 1) await client.submit(SPEC);
  await client.runs({ limit: 50 });
  for (const list of Object.values(times)) list.length = 0;
  for (let index = 0; index < submissions; index += 1) {
    const { id } = await time("submit", () => client.submit(SPEC));
    if (index % 5 === 0) {
      await time("status", () => client.run(id));
      await time("list", () => client.runs({ limit: 50 }));
    }
  }
  const result = Object.fromEntries(
    Object.entries(times).map(([name, list]) => [name, { p50: quantile(list, 0.5), p99: quantile(list, 0.99) }]),
  );
  await rm(folder, { recursive: true, force: true });
  return result;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
}

const [empty, full] = [await measure(0), await measure(stored)];
for (const [name, { p50, p99 }] of Object.entries(full)) {
  const base = empty[name];
  const ratio = base === undefined ? "" : `; p50 ${(p50 / base.p50).toFixed(2)} times that of an empty store`;
  process.stdout.write(
    `${name}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms with ${stored} stored runs${ratio}\n`,
  );
}
process.exit(0);

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Backend, BackendError } from "../../src/backend/backend.ts";
import { evaluationServices, findDatasets, openStore } from "../../src/compose.ts";
import { readEnv } from "../../src/env.ts";
import { analyzeRun } from "../../src/pipeline/analyze-run.ts";
import { rescoreRun } from "../../src/pipeline/rescore-run.ts";
import { resumeRun } from "../../src/pipeline/resume-run.ts";
import { startRun } from "../../src/pipeline/start-run.ts";
import { loadSpec } from "../../src/spec/load.ts";
import { readManifest } from "../../src/store/read-manifest.ts";
import { cli, linesOf, temporaryFolder } from "../support/cli.ts";

const ITEMS = 10;
const FAILING = 3;

/** Prefers the first choice; fails for the first questions while `down`. */
function flakyBackend(state: { down: boolean; asked: number }): Backend {
  let failures = 0;
  return {
    identity: { weightsDigest: "sha256:of-a-test", build: "made by a test", settings: {}, metadata: {} },
    capabilities: { text: true, letters: "full", continuations: true, seed: true },
    concurrency: 2,
    loadMs: 0,
    async generate(request) {
      state.asked += 1;
      if (state.down && failures < FAILING) {
        failures += 1;
        throw new BackendError({ kind: "server-error", message: "down" });
      }
      if (request.kind !== "continuations") throw new Error(`not asked by this test: ${request.kind}`);
      const logprobs = request.continuations.map((_, index) => -1 - index);
      return { kind: "continuations", logprobs, tokens: { prompt: 1, completion: 1 }, timings: { wallMs: 1 } } as never;
    },
    close: async () => {},
  };
}

it("asks errored items again on request only, lets the answer replace the error, and counts them apart", async () => {
  const folder = await temporaryFolder();
  const path = join(folder, "spec.yaml");
  await writeFile(join(folder, "none.jsonl"), "");
  await writeFile(
    path,
    `backends: { answers: { type: recorded } }
models: [{ name: m, variants: [{ quantization: FP16, model: ./none.jsonl }] }]
tasks: [{ dataset: demo-quiz-mc, limit: ${ITEMS} }]
`,
  );
  const env = readEnv({ ...process.env, QUANTGATE_CACHE: join(folder, "cache") });
  const store = openStore(join(folder, "runs"));
  const state = { down: true, asked: 0 };
  const services = {
    ...evaluationServices(store, env, { probe: false }),
    openBackend: async () => flakyBackend(state),
  };
  const options = { onProgress: () => {}, signal: new AbortController().signal };
  const taskOf = async () => {
    const run = await store.open("retry");
    return (await analyzeRun(run, await readManifest(run), options.signal)).summary.models[0]?.variants[0]?.tasks[0];
  };

  await startRun(await loadSpec(path, findDatasets(env)), "retry", services, options);
  expect(await taskOf()).toMatchObject({ scored: ITEMS - FAILING, missing: { errored: FAILING } });

  state.down = false;
  await resumeRun("retry", services, options);
  expect(state.asked).toBe(ITEMS);
  expect(await taskOf()).toMatchObject({ missing: { errored: FAILING } });
  expect(await taskOf()).not.toHaveProperty("retried");

  await resumeRun("retry", services, { ...options, retryErrored: true });
  expect(state.asked).toBe(ITEMS + FAILING);
  expect(await taskOf()).toMatchObject({ scored: ITEMS, missing: { errored: 0 }, retried: FAILING });

  // Nothing in the journal was edited, and scoring it anew comes to the same.
  const records = await linesOf(join(folder, "runs", "retry", "records.jsonl"));
  expect(records.filter((line) => line.includes('"errored"'))).toHaveLength(FAILING);
  const before = await taskOf();
  const run = await store.open("retry");
  await rescoreRun(run, await readManifest(run), services, options.signal);
  await run.close();
  expect(await taskOf()).toEqual(before);
});

it("wants a run to retry in", async () => {
  const result = await cli(["run", "spec.yaml", "--retry-errored"]);
  expect(result.code).toBe(2);
  expect(result.stderr).toContain("--resume");
});

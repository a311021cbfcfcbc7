import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Backend } from "../../src/backend/backend.ts";
import { evaluationServices, findDatasets, openStore } from "../../src/compose.ts";
import type { ProgressEvent } from "../../src/domain/progress.ts";
import { readEnv } from "../../src/env.ts";
import { builtInPolicy } from "../../src/gate/policies.ts";
import { decideRun } from "../../src/pipeline/decide-run.ts";
import { rescoreRun } from "../../src/pipeline/rescore-run.ts";
import { resumeRun } from "../../src/pipeline/resume-run.ts";
import { startRun } from "../../src/pipeline/start-run.ts";
import { loadSpec } from "../../src/spec/load.ts";
import { readManifest } from "../../src/store/read-manifest.ts";
import { linesOf, temporaryFolder } from "../support/cli.ts";

const ITEMS = 8;
const { signal } = new AbortController();

/** Prefers the first choice. */
function backend(asked: { count: number }): Backend {
  return {
    identity: { build: "made by a test", settings: {}, metadata: {} },
    capabilities: { text: true, letters: "full", continuations: true, seed: true },
    concurrency: 1,
    loadMs: 0,
    async generate(request) {
      asked.count += 1;
      if (request.kind !== "continuations") throw new Error(`not asked by this test: ${request.kind}`);
      const logprobs = request.continuations.map((_, index) => -1 - index);
      return { kind: "continuations", logprobs, tokens: { prompt: 1, completion: 1 }, timings: { wallMs: 1 } } as never;
    },
    close: async () => {},
  };
}

/** A completed run of one variant, and what is done with it. */
async function finishedRun() {
  const folder = await temporaryFolder();
  const path = join(folder, "spec.yaml");
  await writeFile(join(folder, "none.jsonl"), "");
  await writeFile(
    path,
    `backends: { answers: { type: recorded } }
models: [{ name: m, variants: [{ quantization: FP16, model: ./none.jsonl }] }]
tasks: [{ dataset: demo-quiz-mc, limit: ${ITEMS} }]
policy: accuracy-only
`,
  );
  const env = readEnv({ ...process.env, QUANTGATE_CACHE: join(folder, "cache") });
  const store = openStore(join(folder, "runs"));
  const asked = { count: 0 };
  const services = { ...evaluationServices(store, env, { probe: false }), openBackend: async () => backend(asked) };
  await startRun(await loadSpec(path, findDatasets(env)), "r", services, { onProgress: () => {}, signal });
  const fileOf = (name: string): string => join(folder, "runs", "r", name);
  return {
    asked,
    store,
    services,
    fileOf,
    scores: () => readFile(fileOf("scores.jsonl"), "utf8"),
    /** Spoils some lines of a stream, numbered from 1. */
    damage: async (stream: "records" | "scores", ...numbers: readonly number[]) => {
      const lines = await linesOf(fileOf(`${stream}.jsonl`));
      const spoilt = lines.map((line, index) => (numbers.includes(index + 1) ? line.slice(0, 40) : line));
      await writeFile(fileOf(`${stream}.jsonl`), `${spoilt.join("\n")}\n`);
    },
    rescore: async (stop = signal) => {
      const run = await store.open("r");
      await run.lock();
      try {
        const damage = await rescoreRun(run, await readManifest(run), services, stop);
        return damage.describe(run);
      } finally {
        await run.close();
      }
    },
    decide: async () => {
      const run = await store.open("r");
      const own = builtInPolicy("accuracy-only");
      const record = { by: "a test", how: "run", at: new Date(0), own };
      return decideRun(run, await readManifest(run), own, { signal, fresh: true, record });
    },
    resume: async () => {
      const told: ProgressEvent[] = [];
      await resumeRun("r", services, { onProgress: (event) => told.push(event), signal });
      return told.flatMap((event) => (event.kind === "damaged" ? [event.message] : []));
    },
  };
}

describe("a damaged line of scores", () => {
  it("costs its item, is told with the verdict, and is mended by scoring anew", async () => {
    const run = await finishedRun();
    await run.damage("scores", 3);
    const { summary, verdicts } = await run.decide();
    expect(summary.models[0]?.variants[0]?.tasks[0]).toMatchObject({
      scored: ITEMS - 1,
      missing: { absent: 1 },
    });
    expect(verdicts.damaged).toEqual([expect.stringContaining("scores.jsonl: line 3 is damaged")]);
    expect(await readFile(run.fileOf("report.md"), "utf8")).toContain("line 3 is damaged");
    expect(await run.rescore()).toEqual([]);
    const mended = await run.decide();
    expect(mended.summary.models[0]?.variants[0]?.tasks[0]).toMatchObject({ scored: ITEMS });
    expect(mended.verdicts).not.toHaveProperty("damaged");
  });

  it("is scored again when the run goes on", async () => {
    const run = await finishedRun();
    await run.damage("scores", 3, 4);
    expect(await run.resume()).toEqual([expect.stringContaining("scores.jsonl: 2 lines are damaged")]);
    expect(run.asked.count).toBe(ITEMS);
    expect((await run.decide()).summary.models[0]?.variants[0]?.tasks[0]).toMatchObject({ scored: ITEMS });
  });
});

describe("a damaged line of the journal", () => {
  it("is an item that is asked again when the run goes on", async () => {
    const run = await finishedRun();
    await run.damage("records", 2);
    expect(await run.resume()).toEqual([
      "records.jsonl: line 2 is damaged and passed over; `quantgate run --resume r` asks its item again",
    ]);
    expect(run.asked.count).toBe(ITEMS + 1);
  });

  it("takes no score away when the run is scored anew: the old row stands", async () => {
    const run = await finishedRun();
    const before = (await run.decide()).verdicts;
    await run.damage("records", 2, 5);
    expect(await run.rescore()).toEqual([expect.stringContaining("records.jsonl: 2 lines are damaged")]);
    const after = await run.decide();
    expect(after.verdicts).toEqual(before);
    expect(after.summary.models[0]?.variants[0]?.tasks[0]).toMatchObject({ scored: ITEMS });
  });

  it("keeps no row that another recipe made", async () => {
    const run = await finishedRun();
    await run.damage("records", 2);
    const manifest = JSON.parse(await readFile(run.fileOf("manifest.json"), "utf8"));
    const recipes = { "demo-quiz-mc": { accuracy: "other" } };
    await writeFile(run.fileOf("manifest.json"), JSON.stringify({ ...manifest, signatures: recipes }));
    const scorers = {
      scorers: [{ metric: "accuracy", signature: "this", score: async () => [], close: async () => {} }],
      unavailable: {},
    };
    const opened = await run.store.open("r");
    await opened.lock();
    const openScorers = async () => ({ byTask: new Map([["demo-quiz-mc", scorers]]), close: async () => {} });
    await rescoreRun(opened, await readManifest(opened), { ...run.services, openScorers }, signal);
    await opened.close();
    expect(await linesOf(run.fileOf("scores.jsonl"))).toHaveLength(ITEMS);
  });
});

describe("scoring anew", () => {
  it("that is interrupted or fails leaves the scores as they were, byte for byte", async () => {
    const run = await finishedRun();
    const before = await run.scores();
    await expect(run.rescore(AbortSignal.abort())).rejects.toThrow();
    expect(await run.scores()).toBe(before);

    const opened = await run.store.open("r");
    await opened.lock();
    const failing = { ...run.services, openScorers: async () => Promise.reject(new Error("no model")) };
    await expect(rescoreRun(opened, await readManifest(opened), failing, signal)).rejects.toThrow("no model");
    await opened.close();
    expect(await run.scores()).toBe(before);
  });

  it("after a kill half-way begins from the start, with nothing of the first try", async () => {
    const run = await finishedRun();
    const before = await run.scores();
    await appendFile(run.fileOf("scores.jsonl.new"), '{"half');
    expect((await run.decide()).verdicts).not.toHaveProperty("damaged");
    await run.rescore();
    expect(await run.scores()).toBe(before);
  });
});

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { type Backend, BackendError } from "../../src/backend/backend.ts";
import { evaluationServices, findDatasets, openStore } from "../../src/compose.ts";
import type { BackendRequest } from "../../src/domain/answer.ts";
import { readEnv } from "../../src/env.ts";
import { analyzeRun } from "../../src/pipeline/analyze-run.ts";
import type { EvaluationServices } from "../../src/pipeline/evaluation.ts";
import { rescoreRun } from "../../src/pipeline/rescore-run.ts";
import { resumeRun } from "../../src/pipeline/resume-run.ts";
import { startRun } from "../../src/pipeline/start-run.ts";
import { loadSpec } from "../../src/spec/load.ts";
import { type RandomGenerator, seededRandom } from "../../src/stats/random.ts";
import { readManifest } from "../../src/store/read-manifest.ts";
import { linesOf } from "../support/cli.ts";

const ID = "arrivals";
const { signal } = new AbortController();
const options = { onProgress: () => {}, signal };

/** Writes some of the words it was given, in several sentences. While `down` it fails for one question in five, and for some of them always. */
function scatterbrain(rng: RandomGenerator, state: { down: boolean; readonly hopeless: Set<string> }): Backend {
  return {
    identity: { build: "made by a test", settings: {}, metadata: {} },
    capabilities: { text: true, letters: "full", continuations: true, seed: true },
    concurrency: 3,
    loadMs: 0,
    async generate(request: BackendRequest) {
      const chance = rng();
      if (state.hopeless.has(request.prompt) || (state.down && chance < 0.2)) {
        if (chance < 0.04) state.hopeless.add(request.prompt);
        throw new BackendError({ kind: "server-error", message: "down" });
      }
      const common = { tokens: { prompt: 7, completion: 5 }, timings: { wallMs: 1 } };
      if (request.kind === "text") {
        const words = request.prompt.split(/\s+/).filter(() => rng() < 0.5);
        return { kind: "text", text: words.join(" ").replaceAll(/(\w+ \w+ \w+) /g, "$1. "), finish: "stop", ...common };
      }
      const choices = request.kind === "letters" ? request.letters : request.continuations;
      return { kind: request.kind, logprobs: choices.map(() => -3 * rng()), ...common };
    },
    close: async () => {},
  } as Backend;
}

function shuffled<T>(values: readonly T[], rng: RandomGenerator): T[] {
  return values
    .map((value) => ({ value, key: rng() }))
    .sort((a, b) => a.key - b.key)
    .map(({ value }) => value);
}

describe("the summary of a finished run", () => {
  let services: EvaluationServices;
  let folder: string;
  let summary: string;
  const file = (name: string): string => join(folder, "runs", ID, name);

  /** Puts the lines of a stream into another order, which says whether it is one. */
  async function shuffle(stream: "records" | "scores", rng: RandomGenerator): Promise<void> {
    const lines = await linesOf(file(`${stream}.jsonl`));
    const other = shuffled(lines, rng);
    expect(other).not.toEqual(lines);
    await writeFile(file(`${stream}.jsonl`), `${other.join("\n")}\n`);
  }

  async function analyzed(): Promise<string> {
    const run = await services.store.open(ID);
    await analyzeRun(run, await readManifest(run), signal, { fresh: true });
    return readFile(file("summary.json"), "utf8");
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "quantgate-arrivals-"));
    await writeFile(join(folder, "none.jsonl"), "");
    await writeFile(
      join(folder, "spec.yaml"),
      `backends: { answers: { type: recorded } }
models: [{ name: m, variants: [{ quantization: FP16, model: ./none.jsonl }, { quantization: Q4_K_M, model: ./none.jsonl }] }]
tasks:
  - { dataset: demo-quiz-mc, limit: 20 }
  - { dataset: demo-code, limit: 20 }
  - { dataset: demo-summarization, limit: 20 }
scorers: { bertscore: { model: demo-encoder }, coherence: { model: demo-encoder } }
repeat: { items: 8 }
sampling: { temperature: 0.7, repeats: 2, items: 6 }
`,
    );
    const env = readEnv({ ...process.env, QUANTGATE_CACHE: join(folder, "cache") });
    const state = { down: true, hopeless: new Set<string>() };
    const rng = seededRandom(12);
    services = {
      ...evaluationServices(openStore(join(folder, "runs")), env, { probe: false }),
      openBackend: async () => scatterbrain(rng, state),
    };
    await startRun(await loadSpec(join(folder, "spec.yaml"), findDatasets(env)), ID, services, options);
    state.down = false;
    await resumeRun(ID, services, { ...options, retryErrored: true });
    summary = await analyzed();
    return () => rm(folder, { recursive: true });
  });

  it("knows errors, answers in place of errors, and figures that are summed over items", () => {
    expect(summary).toMatch(/"errored": [1-9]/);
    expect(summary).toMatch(/"retried": [1-9]/);
    for (const figure of ["bertscore_precision", "bertscore_recall", "coherence_by_sentence", "corpus_bleu"])
      expect(summary).toContain(`"name": "${figure}"`);
    expect(JSON.parse(summary).models[0]).toMatchObject({ noise: {}, sampling: {} });
  });

  it.each([1, 2])("is the same, byte for byte, with the score rows in another order (%i)", async (seed) => {
    await shuffle("scores", seededRandom(seed));
    expect(await analyzed()).toBe(summary);
  });

  it("is the same, byte for byte, with the journal in another order", async () => {
    await shuffle("records", seededRandom(3));
    const run = await services.store.open(ID);
    await rescoreRun(run, await readManifest(run), services, signal);
    await run.close();
    expect(await analyzed()).toBe(summary);
  });
});

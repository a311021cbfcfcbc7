import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { evaluationServices, findDatasets, openStore } from "../../src/compose.ts";
import { InterruptedError } from "../../src/domain/errors.ts";
import { readEnv } from "../../src/env.ts";
import { newManifest } from "../../src/pipeline/new-manifest.ts";
import { resumeRun } from "../../src/pipeline/resume-run.ts";
import { loadSpec } from "../../src/spec/load.ts";
import { temporaryFolder } from "../support/cli.ts";

it("gives a run's lock back when it is interrupted before the first question", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "none.jsonl"), "");
  const path = join(folder, "spec.yaml");
  await writeFile(
    path,
    `backends: { answers: { type: recorded } }
models: [{ name: m, variants: [{ quantization: FP16, model: ./none.jsonl }] }]
tasks: [{ dataset: demo-quiz-mc, limit: 2 }]
`,
  );
  const env = readEnv({ ...process.env, QUANTGATE_CACHE: join(folder, "cache") });
  const store = openStore(join(folder, "runs"));
  const services = evaluationServices(store, env, { probe: false });
  await store.create("one", JSON.stringify(newManifest("one", await loadSpec(path, findDatasets(env)), services)));

  const interrupt = new AbortController();
  const interrupted = {
    ...services,
    openScorers: async (...request: Parameters<typeof services.openScorers>) => {
      const scorers = await services.openScorers(...request);
      interrupt.abort();
      return scorers;
    },
  };
  const options = { onProgress: () => {}, signal: interrupt.signal };
  await expect(resumeRun("one", interrupted, options)).rejects.toBeInstanceOf(InterruptedError);

  const run = await store.open("one");
  await run.lock();
  await run.close();
});

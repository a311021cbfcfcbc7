import type { ResolvedModel, ResolvedTask } from "../../src/spec/resolved.ts";
import type { RunManifest } from "../../src/store/manifest.ts";
import { GENERATION_TASKS, LADDER } from "./sample-ladder.ts";
import { idOf } from "./sample-summary.ts";

/** The manifest of a completed run of the sample models. */
export function sampleManifest(models: readonly string[]): RunManifest {
  const tasks = [choiceTask("mmlu-285", 300), choiceTask("arc-challenge", 200), ...GENERATION_TASKS.map(textTask)];
  const ids = models.flatMap((model) => LADDER.map((step) => ({ id: idOf(model, step.quantization), step })));
  return {
    schema: 1,
    id: "2026-03-14-ladder-7f3a",
    spec: {
      name: "ladder",
      seed: 7,
      policy: "default",
      scorers: {
        bertscore: { model: "demo-encoder", idf: false, rescale: false },
        coherence: { model: "demo-encoder", perSentence: true },
        neural: "skip",
        provider: "cpu",
      },
      models: models.map(resolvedModel),
      tasks,
    },
    specHash: "5d41402abc4b2a76b9719d911017c592a3f1e0c94d8be2f7a6b5c4d3e2f1a0b9",
    versions: { quantgate: "0.1.0", node: "20.20.2" },
    host: { platform: "linux-x64", cpu: "Example CPU @ 2.40GHz", cores: 8, memoryBytes: 33_285_996_544 },
    tasks: tasks.map((task) => ({
      task: task.name,
      dataset: task.dataset.manifest.name,
      datasetVersion: task.dataset.manifest.version,
      datasetSha256: task.dataset.manifest.sha256,
      templateSha256: "b7".repeat(32),
      items: task.items,
      itemsWithReferences: task.type === "generation" ? task.items : 0,
      chance: task.type === "generation" ? 0 : 0.25,
    })),
    status: "completed",
    startedAt: "2026-03-14T09:26:53.589Z",
    endedAt: "2026-03-14T10:02:11.204Z",
    identities: Object.fromEntries(
      ids.map(({ id, step }) => [
        id,
        {
          weightsDigest: `sha256:${"c0ffee42".repeat(8)}`,
          build: "llama.cpp b7406 via node-llama-cpp 3.22.1",
          settings: { threads: 8, batchSize: 512, contextSize: 4096, flashAttention: false, kvType: "f16" },
          metadata: { architecture: "llama", parameters: 1_235_814_432, fileBytes: step.fileBytes },
        },
      ]),
    ),
    signatures: Object.fromEntries(
      GENERATION_TASKS.map(({ name, metrics }) => [
        name,
        Object.fromEntries(Object.keys(metrics).map((metric) => [metric, `${metric}|refs:1|v:1`])),
      ]),
    ),
  };
}

function resolvedModel(name: string): ResolvedModel {
  return {
    name,
    variants: LADDER.map(({ quantization }) => ({
      id: idOf(name, quantization),
      model: name,
      quantization,
      backendName: "local",
      backend: { type: "llama-cpp", contextSize: 4096, batchSize: 512, threads: 8, concurrency: 1 },
      source: `/models/${name}-${quantization}.gguf`,
    })),
    baseline: { variant: idOf(name, "FP16"), reason: "FP16 is the most precise quantization of this model" },
  };
}

function choiceTask(name: string, items: number): ResolvedTask {
  return {
    type: "multiple-choice",
    name,
    protocol: "continuation-logprob",
    primary: "acc",
    dataset: dataset(name, "multiple-choice", items),
    prompt: "Question: {question}\nAnswer:",
    items,
    maxTokens: 16,
    stop: [],
  };
}

function textTask({ name, kind }: (typeof GENERATION_TASKS)[number]): ResolvedTask {
  return {
    type: "generation",
    name,
    kind,
    postFilters: ["trim"],
    dataset: dataset(name, "generation", 50),
    prompt: "{prompt}",
    items: 50,
    maxTokens: 128,
    stop: ["\n\n"],
  };
}

function dataset(name: string, type: "multiple-choice" | "generation", items: number): ResolvedTask["dataset"] {
  return {
    folder: `/datasets/${name}`,
    manifest: {
      name,
      version: "1.0.0",
      licence: "CC0-1.0",
      source: "Written for these tests.",
      description: `A sample of ${items} items.`,
      type,
      prompt: "Question: {question}\nAnswer:",
      items,
      file: "items.jsonl",
      sha256: "1f".repeat(32),
      fields: { id: "id" },
      defaults: {},
    },
  };
}

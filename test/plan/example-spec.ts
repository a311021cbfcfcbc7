import type { Quantization } from "../../src/domain/quantization.ts";
import type { ResolvedModel, ResolvedSpec, ResolvedTask } from "../../src/spec/resolved.ts";

/** A spec whose backends are never opened: models by name, each with its quantizations, the first of them the baseline. */
export function specOf(
  models: Readonly<Record<string, readonly Quantization[]>>,
  tasks: readonly ResolvedTask[],
  entries: Partial<ResolvedSpec> = {},
): ResolvedSpec {
  return {
    name: "example",
    policy: "default",
    scorers: {
      bertscore: { model: "demo-encoder", idf: false, rescale: false },
      coherence: { model: "demo-encoder", perSentence: true },
      neural: "skip" as const,
      provider: "cpu" as const,
    },
    seed: 7,
    models: Object.entries(models).map(([name, quantizations]) => modelOf(name, quantizations)),
    tasks,
    ...entries,
  };
}

function modelOf(model: string, quantizations: readonly Quantization[]): ResolvedModel {
  return {
    name: model,
    variants: quantizations.map((quantization) => ({
      id: `${model}/${quantization}@fake`,
      model,
      quantization,
      backendName: "fake",
      backend: { type: "recorded", concurrency: 3 },
      source: `/nowhere/${model}-${quantization}`,
    })),
    baseline: { variant: `${model}/${quantizations[0]}@fake`, reason: "the first" },
  };
}

import type { AskedProtocol } from "../domain/protocol.ts";
import type { ResolvedModel, ResolvedSpec, ResolvedTask } from "../spec/resolved.ts";
import type { SpecInput } from "../spec/schema.ts";

/** A spec file's content that resolves to a given spec again, with absolute paths and every default written out. */
export function specInputOf(spec: ResolvedSpec): SpecInput {
  const backends: NonNullable<SpecInput["backends"]> = {};
  for (const model of spec.models)
    for (const { backendName, backend } of model.variants) {
      if (backend.type === "imported") throw new Error("no spec can ask for imported answers");
      backends[backendName] = backend;
    }
  return {
    name: spec.name,
    backends,
    models: spec.models.map(modelInputOf),
    tasks: spec.tasks.map(taskInputOf),
    scorers: spec.scorers,
    policy: typeof spec.policy === "string" ? spec.policy : [...spec.policy],
    ...(spec.candidates === undefined ? {} : { candidates: [...spec.candidates] }),
    ...(spec.repeat === undefined ? {} : { repeat: spec.repeat }),
    ...(spec.sampling === undefined ? {} : { sampling: spec.sampling }),
    seed: spec.seed,
  };
}

function modelInputOf({ name, variants, baseline }: ResolvedModel): SpecInput["models"][number] {
  // A baseline that was found by its precision is found again; naming it would change the reason that is told.
  const named = baseline.reason === "named in the spec" ? baseline.variant : undefined;
  return {
    name,
    ...(baseline.external ? { baseline: "external" as const } : {}),
    variants: variants.map(({ id, quantization, source, backendName }) => ({
      quantization,
      model: source,
      backend: backendName,
      ...(id === named ? { baseline: true } : {}),
    })),
  };
}

function taskInputOf(task: ResolvedTask): SpecInput["tasks"][number] {
  if (task.type === "multiple-choice" && (task.protocol === "imported" || task.protocol === "imported-watched"))
    throw new Error("no spec can ask for imported answers");
  const { name, dataset, prompt, items, sample, shots, maxTokens, stop } = task;
  return {
    dataset: dataset.folder,
    name,
    prompt,
    ...(sample !== undefined ? { sample } : items < dataset.manifest.items ? { limit: items } : {}),
    ...(shots === undefined ? {} : { shots }),
    maxTokens,
    stop: [...stop],
    ...(task.type === "multiple-choice"
      ? { protocol: task.protocol as AskedProtocol, primary: task.primary }
      : { postFilters: [...task.postFilters] }),
  };
}

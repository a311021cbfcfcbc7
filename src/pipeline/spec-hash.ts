import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { ResolvedSpec } from "../spec/resolved.ts";

/** sha256 over what decides the answers, as 64 hex digits. Folders and keys are left out: the same evaluation elsewhere has the same hash. */
export function hashSpec(spec: ResolvedSpec): string {
  const content = {
    seed: spec.seed,
    scorers: {
      ...spec.scorers,
      ...(spec.scorers.own === undefined ? {} : { own: Object.values(spec.scorers.own).map((path) => basename(path)) }),
      bertscore: { ...spec.scorers.bertscore, model: basename(spec.scorers.bertscore.model) },
      coherence: { ...spec.scorers.coherence, model: basename(spec.scorers.coherence.model) },
    },
    repeat: spec.repeat,
    sampling: spec.sampling,
    models: spec.models.map((model) => ({
      ...model,
      variants: model.variants.map(({ backend, source, ...variant }) => ({
        ...variant,
        backend: "apiKeyFile" in backend ? { ...backend, apiKeyFile: undefined } : backend,
        source: basename(source),
      })),
    })),
    tasks: spec.tasks.map(({ dataset: { manifest }, ...task }) => ({
      ...task,
      dataset: manifest.sha256,
      ...(task.shots === undefined ? {} : { shotsFile: manifest.shots?.sha256 }),
    })),
  };
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

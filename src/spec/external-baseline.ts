import type { ResolvedModel } from "./resolved.ts";

/** The baseline of a model whose variants are held against a stored run. No variant's id is this, so nothing in the run itself is compared. */
export const EXTERNAL_BASELINE: ResolvedModel["baseline"] = {
  variant: "external",
  reason: "a stored run's baseline, named when the run is gated",
  external: true,
};

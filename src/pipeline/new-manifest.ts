import { availableParallelism, cpus, totalmem } from "node:os";
import type { ResolvedSpec } from "../spec/resolved.ts";
import type { RunManifest } from "../store/manifest.ts";
import type { EvaluationServices } from "./evaluation.ts";
import { hashSpec } from "./spec-hash.ts";

/** The manifest of a run that was asked for and not begun. */
export function newManifest(
  id: string,
  spec: ResolvedSpec,
  { version, now }: Pick<EvaluationServices, "version" | "now">,
): RunManifest {
  return {
    schema: 1,
    id,
    spec,
    specHash: hashSpec(spec),
    versions: { quantgate: version, node: process.versions.node },
    host: thisHost(),
    tasks: [],
    status: "queued",
    startedAt: now().toISOString(),
    identities: {},
    signatures: {},
  };
}

/** The machine this process runs on. */
export function thisHost(): RunManifest["host"] {
  return {
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

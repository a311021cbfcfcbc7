import { availableParallelism, cpus, totalmem } from "node:os";
import type { ResolvedSpec } from "../spec/resolved.ts";
import type { RunManifest, TaskFacts } from "../store/manifest.ts";
import type { RunStore } from "../store/run-store.ts";
import type { EvaluationServices, RunScorers } from "./evaluation.ts";
import { findEarlierLooks } from "./find-earlier-looks.ts";
import { scoringOf } from "./scorer-signatures.ts";
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

/** A new run's manifest as its first question is asked: on which machine, of what data, after which looks and with what scorers. */
export async function startedManifest(
  manifest: RunManifest,
  tasks: readonly TaskFacts[],
  scorers: RunScorers,
  store: RunStore,
): Promise<RunManifest> {
  const looks = await findEarlierLooks(store, { spec: manifest.spec, tasks });
  return {
    ...manifest,
    host: thisHost(),
    tasks,
    ...(looks.length === 0 ? {} : { earlierLooks: looks }),
    ...scoringOf(scorers),
    status: "running",
  };
}

/** The machine this process runs on. */
function thisHost(): RunManifest["host"] {
  return {
    platform: `${process.platform}-${process.arch}`,
    cpu: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
  };
}

import { packageVersion } from "../../package-root.ts";
import type { EvaluationServices } from "../../pipeline/evaluation.ts";
import { openSources } from "../../pipeline/open-sources.ts";
import { makePlan } from "../../plan/plan.ts";
import type { RunManifest } from "../../store/manifest.ts";
import { readManifest } from "../../store/read-manifest.ts";
import type { Run } from "../../store/run-store.ts";
import { LaterError } from "../queue/job-outcome.ts";
import type { RunContext } from "./generate-unit.ts";

/** A run of another version waits for workers of that version. */
const OTHER_VERSION_MS = 30_000;

/** A run as those who generate need it. Rejects with `LaterError` for one of another version. */
export async function openRunContext(
  run: Run,
  { probe }: Pick<EvaluationServices, "probe">,
  signal: AbortSignal,
): Promise<RunContext> {
  const manifest = await readManifest(run);
  assertVersion(manifest);
  const { spec } = manifest;
  const sources = await openSources(spec.tasks, signal);
  return {
    plan: makePlan(spec),
    sources: sources.byTask,
    ...(probe === undefined
      ? {}
      : { probe: (backend, variant, abort) => probe({ backend, variant, spec, signal: abort }) }),
    close: sources.close,
  };
}

/** Another version may cut or score a run otherwise. Throws `LaterError`. */
export function assertVersion({ versions }: RunManifest): void {
  if (versions.quantgate !== packageVersion())
    throw new LaterError(
      `the run was submitted to quantgate ${versions.quantgate}; this worker is ${packageVersion()}`,
      OTHER_VERSION_MS,
    );
}

import { createHash } from "node:crypto";
import { UsageError } from "../../domain/errors.ts";
import type { EvaluationServices } from "../../pipeline/evaluation.ts";
import { newManifest } from "../../pipeline/new-manifest.ts";
import { newRunId } from "../../pipeline/run-id.ts";
import type { ResolvedSpec } from "../../spec/resolved.ts";
import type { RunManifest, Submission } from "../../store/manifest.ts";
import { readManifest } from "../../store/read-manifest.ts";
import { manifestText } from "../../store/write-manifest.ts";
import type { Tracer } from "../../telemetry/tracer.ts";
import type { SubmitOptions } from "./run-service.ts";

/** What keeps submitted runs, and for which executor. */
export interface RunKeeper extends Pick<EvaluationServices, "store" | "now" | "version"> {
  readonly executor: Submission["executor"];
  readonly tracer: Tracer;
  /** Called for a run that wasn't there before. */
  readonly onKept: (id: string, spec: ResolvedSpec) => void;
}

/**
 * Keeps a submitted spec as a run that waits for its executor. Submitted again with the same key it is the run of the first time. Throws
 * `IdempotencyConflict` when the key belongs to a run of another spec.
 */
export function keepRun(
  spec: ResolvedSpec,
  { idempotencyKey, submittedBy, schedule }: SubmitOptions & Pick<Submission, "schedule">,
  { store, now, version, executor, tracer, onKept }: RunKeeper,
): Promise<{ readonly id: string; readonly created: boolean }> {
  return tracer.span("submit", {}, async (span) => {
    const id =
      idempotencyKey === undefined ? newRunId(spec.name, now(), Math.random) : keyedRunId(submittedBy, idempotencyKey);
    const trace = tracer.current();
    const manifest: RunManifest = {
      ...newManifest(id, spec, { version, now }),
      submission: {
        by: submittedBy,
        executor,
        ...(schedule === undefined ? {} : { schedule }),
        ...(trace === undefined ? {} : { trace }),
      },
    };
    let created = true;
    try {
      await store.create(id, manifestText(manifest));
    } catch (error) {
      const there = idempotencyKey === undefined ? undefined : await store.open(id).catch(() => undefined);
      if (there === undefined) throw error;
      if (JSON.stringify((await readManifest(there)).spec) !== JSON.stringify(spec)) throw new IdempotencyConflict(id);
      created = false;
    }
    if (created) onKept(id, spec);
    span.set({ "quantgate.run": id, "quantgate.created": created });
    return { id, created };
  });
}

/** A key that was used for another spec before. */
export class IdempotencyConflict extends UsageError {
  constructor(id: string) {
    super(`the idempotency key belongs to run ${id} of another spec`, { hint: "use a new key for a new spec" });
  }
}

/** The id of a run that was submitted with an idempotency key: the same for the same key of the same submitter, on every machine. */
function keyedRunId(submittedBy: string, key: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([submittedBy, key]))
    .digest("hex");
  return `run-${hash.slice(0, 24)}`;
}

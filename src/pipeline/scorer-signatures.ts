import { UsageError } from "../domain/errors.ts";
import { signaturesOf } from "../score/signatures.ts";
import type { RunManifest } from "../store/manifest.ts";
import type { RunScorers } from "./evaluation.ts";

/** Where scorers are elsewhere nothing is known of them yet. */
export function scoringOf(scorers: RunScorers): Pick<RunManifest, "signatures" | "inference"> | undefined {
  if (scorers.byTask.size === 0) return undefined;
  return {
    signatures: signaturesOf(scorers.byTask),
    ...(scorers.inference === undefined ? {} : { inference: scorers.inference }),
  };
}

/** Scores of different signatures can't be compared. Throws `UsageError` when a model isn't what it was when the run began. */
export function assertSameSignatures(manifest: RunManifest, scorers: RunScorers): void {
  const other = otherSignature(manifest, scorers);
  if (other === undefined) return;
  const { id } = manifest;
  throw new UsageError(`run ${id}: ${other}`, {
    hint: `put the model back, or score what is answered anew with \`quantgate report ${id}\` and then go on`,
  });
}

/** Whether every metric would be computed as it was when the run was scored. */
export function hasSameSignatures(manifest: RunManifest, scorers: RunScorers): boolean {
  return otherSignature(manifest, scorers) === undefined;
}

function otherSignature({ signatures }: RunManifest, scorers: RunScorers): string | undefined {
  for (const [task, byMetric] of Object.entries(signaturesOf(scorers.byTask))) {
    for (const [metric, signature] of Object.entries(byMetric)) {
      const before = signatures[task]?.[metric];
      if (before !== undefined && before !== signature)
        return `${metric} of ${task} was computed as ${before}, and would now be ${signature}`;
    }
  }
  return undefined;
}

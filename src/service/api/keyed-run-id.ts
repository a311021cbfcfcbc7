import { createHash } from "node:crypto";

/** The id of a run that was submitted with an idempotency key: the same for the same key of the same submitter, on every machine. */
export function keyedRunId(submittedBy: string, key: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([submittedBy, key]))
    .digest("hex");
  return `run-${hash.slice(0, 24)}`;
}

import type { Backend } from "../backend/backend.ts";
import { RunError } from "../domain/errors.ts";
import type { OpenedRecord, ProbeFinding, VariantIdentity } from "../domain/record.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import type { Execution } from "./executor.ts";

/** A variant can't take part in its run, whoever opens it however often. */
export class VariantRefusedError extends RunError {}

export interface OpenedVariant {
  readonly backend: Backend;
  /** Goes into the journal before the first answer. */
  readonly opened: OpenedRecord;
}

/**
 * Opens a variant's backend, finds out who it is and, where `probe` is given, whether it is to be trusted. `before` is what the run's earlier
 * answers came from. Throws `VariantRefusedError` for other weights or another build.
 */
export async function openVariant(
  variant: ResolvedVariant,
  before: VariantIdentity | undefined,
  { openBackend, probe, now }: Pick<Execution, "openBackend" | "probe" | "now">,
  signal: AbortSignal,
): Promise<OpenedVariant> {
  const backend = await openBackend(variant, signal);
  try {
    assertSameWeights(variant, before, backend.identity);
    const findings = (await probe?.(backend, variant, signal)) ?? [];
    const opened: OpenedRecord = {
      type: "opened",
      variant: variant.id,
      identity: backend.identity,
      loadMs: backend.loadMs,
      ...(findings.length === 0 ? {} : { findings }),
      at: now().toISOString(),
    };
    return { backend, opened };
  } catch (error) {
    await backend.close();
    throw error;
  }
}

/** A server whose answers would mislead is not asked: chance looks like a result. Throws `VariantRefusedError`. */
export function refuseMisleading(variant: ResolvedVariant, findings: readonly ProbeFinding[]): void {
  const [first, ...others] = findings.filter(({ level }) => level === "stop");
  if (first === undefined) return;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  throw new VariantRefusedError(`${variant.id}: ${first.check}: ${first.message}${more}`, {
    hint: first.hint ?? "`quantgate probe <spec>` shows all that was found; --no-probe runs all the same",
  });
}

/** Throws `VariantRefusedError` when the answers of a variant came from elsewhere before. */
export function assertSameWeights(
  variant: ResolvedVariant,
  before: VariantIdentity | undefined,
  identity: VariantIdentity,
): void {
  if (before === undefined) return;
  if (before.weightsDigest === identity.weightsDigest && before.build === identity.build) return;
  const what =
    before.weightsDigest !== identity.weightsDigest
      ? "other weights"
      : `another build (${before.build}, now ${identity.build})`;
  throw new VariantRefusedError(`${variant.id}: the run was begun with ${what}; answers of both can't be mixed`, {
    hint: "start a new run",
  });
}

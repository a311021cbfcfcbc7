import { RunError } from "../domain/errors.ts";
import type { AnswerRecord, OpenedRecord, ProbeFinding, VariantIdentity } from "../domain/record.ts";
import { generate } from "../generate/generate.ts";
import { workOf } from "../generate/work.ts";
import type { Unit } from "../plan/plan.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import type { Execution, Executor } from "./executor.ts";
import { ScorePump } from "./score-pump.ts";

/** Runs everything in this process, one variant after the other, so that one model is loaded at a time. */
export class InProcessExecutor implements Executor {
  readonly name = "in-process";

  async execute(execution: Execution): Promise<void> {
    const pump = new ScorePump(execution.run, { ...execution, spec: execution.plan.spec });
    try {
      for (const [variant, units] of byVariant(execution.plan.units)) {
        const embedded = variant.backend.type === "llama-cpp";
        await generateVariant(execution, variant, units, embedded ? () => {} : () => pump.recordAdded());
        if (embedded) {
          // After the model is closed, so that scoring can't distort its tokens per second.
          execution.onProgress({ kind: "scoring", variant: variant.id });
          await pump.finish();
        }
        execution.onProgress({ kind: "variant-done", variant: variant.id });
      }
      await pump.finish();
    } finally {
      await pump.settle();
    }
  }
}

async function generateVariant(
  execution: Execution,
  variant: ResolvedVariant,
  units: readonly Unit[],
  onRecord: () => void,
): Promise<void> {
  const { run, done, sources, plan, now, onProgress, signal } = execution;
  const answers = units.reduce((sum, unit) => sum + unit.to - unit.from, 0);
  const before = done.count(variant.id);
  onProgress({ kind: "variant-opening", variant: variant.id, answers, done: before });
  if (before === answers) return;

  const backend = await execution.openBackend(variant, signal);
  try {
    assertSameWeights(execution, variant, backend.identity);
    const findings = (await execution.examine?.(backend, variant, signal)) ?? [];
    const opened: OpenedRecord = {
      type: "opened",
      variant: variant.id,
      identity: backend.identity,
      loadMs: backend.loadMs,
      ...(findings.length === 0 ? {} : { findings }),
      at: now().toISOString(),
    };
    await run.append("records", JSON.stringify(opened));
    onProgress({
      kind: "variant-opened",
      variant: variant.id,
      identity: backend.identity,
      loadMs: backend.loadMs,
      findings,
    });
    refuseMisleading(variant, findings);
    await generate(workOf(units, sources, done, plan.spec), backend, {
      now,
      signal,
      onRecord: async (ended) => {
        const record: AnswerRecord = execution.errored?.has(ended) ? { ...ended, retried: true } : ended;
        await run.append("records", JSON.stringify(record));
        done.add(record);
        onRecord();
        onProgress({
          kind: "answered",
          variant: record.variant,
          task: record.task,
          errored: record.outcome.kind === "errored",
        });
      },
    });
  } finally {
    await backend.close();
  }
}

/** A server whose answers would mislead is not asked: chance looks like a result. */
function refuseMisleading(variant: ResolvedVariant, findings: readonly ProbeFinding[]): void {
  const [first, ...others] = findings.filter(({ level }) => level === "stop");
  if (first === undefined) return;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  throw new RunError(`${variant.id}: ${first.check}: ${first.message}${more}`, {
    hint: first.hint ?? "`quantgate probe <spec>` shows all that was found; --no-probe runs all the same",
  });
}

function assertSameWeights(execution: Execution, variant: ResolvedVariant, identity: VariantIdentity): void {
  const before = execution.identities.get(variant.id);
  if (before !== undefined && (before.weightsDigest !== identity.weightsDigest || before.build !== identity.build)) {
    const what =
      before.weightsDigest !== identity.weightsDigest
        ? "other weights"
        : `another build (${before.build}, now ${identity.build})`;
    throw new RunError(`${variant.id}: the run was begun with ${what}; answers of both can't be mixed`, {
      hint: "start a new run",
    });
  }
  execution.identities.set(variant.id, identity);
}

function byVariant(units: readonly Unit[]): ReadonlyMap<ResolvedVariant, readonly Unit[]> {
  const groups = new Map<ResolvedVariant, Unit[]>();
  for (const unit of units) {
    const group = groups.get(unit.variant);
    if (group === undefined) groups.set(unit.variant, [unit]);
    else group.push(unit);
  }
  return groups;
}

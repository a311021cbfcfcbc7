import { embedded } from "../domain/backend-kind.ts";
import type { AnswerRecord } from "../domain/record.ts";
import { generate } from "../generate/generate.ts";
import { workOf } from "../generate/work.ts";
import type { Unit } from "../plan/plan.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import type { Execution, Executor } from "./executor.ts";
import { openVariant, refuseMisleading } from "./open-variant.ts";
import { ScorePump } from "./score-pump.ts";

/** Runs everything in this process, one variant after the other, so that one model is loaded at a time. */
export class InProcessExecutor implements Executor {
  readonly name = "in-process";

  async execute(execution: Execution): Promise<void> {
    const pump = new ScorePump(execution.run, { ...execution, spec: execution.plan.spec });
    try {
      for (const [variant, units] of byVariant(execution.plan.units)) {
        const alone = embedded(variant.backend);
        await generateVariant(execution, variant, units, alone ? () => {} : () => pump.recordAdded());
        if (alone) {
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

  const { backend, opened } = await openVariant(variant, execution.identities.get(variant.id), execution, signal);
  try {
    execution.identities.set(variant.id, opened.identity);
    const { findings = [] } = opened;
    await run.append("records", JSON.stringify(opened));
    onProgress({
      kind: "variant-opened",
      variant: variant.id,
      identity: opened.identity,
      loadMs: opened.loadMs,
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

function byVariant(units: readonly Unit[]): ReadonlyMap<ResolvedVariant, readonly Unit[]> {
  const groups = new Map<ResolvedVariant, Unit[]>();
  for (const unit of units) {
    const group = groups.get(unit.variant);
    if (group === undefined) groups.set(unit.variant, [unit]);
    else group.push(unit);
  }
  return groups;
}

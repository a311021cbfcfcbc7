import { embedded } from "../domain/backend-kind.ts";
import type { AnswerRecord } from "../domain/record.ts";
import { generate } from "../generate/generate.ts";
import { workOf } from "../generate/work.ts";
import type { Unit } from "../plan/plan.ts";
import type { ResolvedVariant } from "../spec/resolved.ts";
import type { Executed, Execution, Executor } from "./executor.ts";
import { openVariant, refuseMisleading } from "./open-variant.ts";
import { Openings } from "./openings.ts";
import { ScorePump } from "./score-pump.ts";

/** Runs everything in this process, one variant after the other, so that one model is loaded at a time. */
export class InProcessExecutor implements Executor {
  readonly name = "in-process";

  execute(execution: Execution): Promise<Executed> {
    const openings = new Openings();
    return openings.during(async () => {
      const scored = execution.scored.copy();
      const pump = new ScorePump(execution.run, { ...execution, scored, spec: execution.plan.spec });
      try {
        for (const [variant, units] of byVariant(execution.plan.units)) {
          const alone = embedded(variant.backend);
          const onRecord = alone ? () => {} : () => pump.recordAdded();
          await generateVariant(execution, variant, units, { openings, onRecord });
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
      return undefined;
    });
  }
}

async function generateVariant(
  execution: Execution,
  variant: ResolvedVariant,
  units: readonly Unit[],
  { openings, onRecord }: { readonly openings: Openings; readonly onRecord: () => void },
): Promise<void> {
  const { run, sources, plan, now, onProgress, signal } = execution;
  const done = execution.done.copy();
  const answers = units.reduce((sum, unit) => sum + unit.to - unit.from, 0);
  const before = done.count(variant.id);
  onProgress({ kind: "variant-opening", variant: variant.id, answers, done: before });
  if (before === answers) return;

  const { backend, opened } = await openVariant(variant, execution.identities.get(variant.id), execution, signal);
  try {
    openings.add(variant.id, opened);
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

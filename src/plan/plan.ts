import type { Pass } from "../domain/pass.ts";
import type { ResolvedModel, ResolvedSpec, ResolvedTask, ResolvedVariant } from "../spec/resolved.ts";

/** A slice of the items of one task on one variant: what an executor hands out. */
export interface Unit {
  readonly variant: ResolvedVariant;
  readonly task: ResolvedTask;
  readonly pass: Pass;
  /** First position of the slice. */
  readonly from: number;
  /** Position after the last. */
  readonly to: number;
}

export interface Plan {
  readonly spec: ResolvedSpec;
  /** Ordered by variant, then pass and task, so that each model is loaded once. */
  readonly units: readonly Unit[];
  /** Answers to get: the items of all units. */
  readonly answers: number;
}

/** Items of a unit: few enough to share out among workers, and to lose little when one dies; enough not to matter. */
export const UNIT_ITEMS = 100;

/** Cuts a spec into units of at most `unitItems` items. */
export function makePlan(spec: ResolvedSpec, { unitItems = UNIT_ITEMS }: { readonly unitItems?: number } = {}): Plan {
  const units: Unit[] = [];
  for (const model of spec.models) {
    for (const variant of model.variants) {
      for (const { task, pass, items } of asked(spec, model, variant)) {
        for (let from = 0; from < items; from += unitItems) {
          units.push({ variant, task, pass, from, to: Math.min(items, from + unitItems) });
        }
      }
    }
  }
  return { spec, units, answers: units.reduce((sum, unit) => sum + unit.to - unit.from, 0) };
}

/** All variants of all models, in the order of the spec. */
export function variantsOf(spec: ResolvedSpec): readonly ResolvedVariant[] {
  return spec.models.flatMap((model) => model.variants);
}

interface Asked {
  readonly task: ResolvedTask;
  readonly pass: Pass;
  readonly items: number;
}

function asked(spec: ResolvedSpec, model: ResolvedModel, variant: ResolvedVariant): readonly Asked[] {
  const all: Asked[] = spec.tasks.map((task) => ({ task, pass: "main", items: task.items }));
  const { repeat, sampling } = spec;
  if (repeat !== undefined && variant.id === model.baseline.variant) {
    for (const task of spec.tasks) all.push({ task, pass: "repeat", items: Math.min(repeat.items, task.items) });
  }
  if (sampling !== undefined) {
    for (let round = 1; round <= sampling.repeats; round += 1) {
      // Log-probabilities don't depend on the temperature: only written answers are sampled.
      for (const task of spec.tasks.filter(isWritten)) {
        all.push({ task, pass: `sample-${round}`, items: Math.min(sampling.items, task.items) });
      }
    }
  }
  return all;
}

function isWritten(task: ResolvedTask): boolean {
  return task.type === "generation" || task.protocol === "generated-letter";
}

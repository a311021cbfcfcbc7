import type { ResolvedSpec, ResolvedTask, ResolvedVariant } from "../spec/resolved.ts";

/** A slice of the items of one task on one variant: what an executor hands out. */
export interface Unit {
  readonly variant: ResolvedVariant;
  readonly task: ResolvedTask;
  /** First position of the slice. */
  readonly from: number;
  /** Position after the last. */
  readonly to: number;
}

export interface Plan {
  readonly spec: ResolvedSpec;
  /** Ordered by variant, then task, so that each model is loaded once. */
  readonly units: readonly Unit[];
  /** Items × variants. */
  readonly answers: number;
}

/** Cuts a spec into units of at most `unitItems` items. */
export function makePlan(spec: ResolvedSpec, { unitItems }: { readonly unitItems: number }): Plan {
  const units: Unit[] = [];
  for (const variant of variantsOf(spec)) {
    for (const task of spec.tasks) {
      for (let from = 0; from < task.items; from += unitItems) {
        units.push({ variant, task, from, to: Math.min(task.items, from + unitItems) });
      }
    }
  }
  return { spec, units, answers: units.reduce((sum, unit) => sum + unit.to - unit.from, 0) };
}

/** All variants of all models, in the order of the spec. */
export function variantsOf(spec: ResolvedSpec): readonly ResolvedVariant[] {
  return spec.models.flatMap((model) => model.variants);
}

import type { ResolvedSpec } from "../spec/resolved.ts";
import { variantsOf } from "./plan.ts";

/** Which items of a run have ended: one byte per item, variant and task. */
export class ProgressIndex {
  readonly #done = new Map<string, Uint8Array>();

  constructor(spec: ResolvedSpec) {
    for (const variant of variantsOf(spec)) {
      for (const task of spec.tasks) this.#done.set(keyOf(variant.id, task.name), new Uint8Array(task.items));
    }
  }

  has(variant: string, task: string, index: number): boolean {
    return this.#done.get(keyOf(variant, task))?.[index] === 1;
  }

  /** Marks an item; false when it was marked before, or isn't part of the run. */
  add(variant: string, task: string, index: number): boolean {
    const done = this.#done.get(keyOf(variant, task));
    if (done === undefined || index < 0 || index >= done.length || done[index] === 1) return false;
    done[index] = 1;
    return true;
  }

  /** Ended items of one variant. */
  count(variant: string): number {
    return sum([...this.#done].filter(([key]) => key.startsWith(`${variant}\n`)).map(([, done]) => done));
  }

  /** Ended items of the run. */
  total(): number {
    return sum([...this.#done.values()]);
  }
}

function keyOf(variant: string, task: string): string {
  return `${variant}\n${task}`;
}

function sum(marks: readonly Uint8Array[]): number {
  let count = 0;
  for (const done of marks) for (const mark of done) count += mark;
  return count;
}

import { type Pass, passOf } from "../domain/pass.ts";
import type { Plan } from "./plan.ts";

/** Where an item stands in a run; every record and score row says it. */
export interface ItemPlace {
  readonly variant: string;
  readonly task: string;
  readonly index: number;
  readonly pass?: Pass;
}

const ERRORED = 1;
const ANSWERED = 2;

/** Which items of a run had ended at some time. */
export type ReadonlyProgress = Pick<ProgressIndex, "has" | "count" | "total" | "copy">;

/** Which items of a run have ended: one byte per item, variant, task and pass. */
export class ProgressIndex {
  readonly #done = new Map<string, { readonly variant: string; readonly marks: Uint8Array }>();
  readonly #counts = new Map<string, number>();

  constructor(plan?: Plan) {
    if (plan === undefined) return;
    const sizes = new Map<string, { variant: string; items: number }>();
    for (const { variant, task, pass, to } of plan.units)
      sizes.set(keyOf(variant.id, task.name, pass), { variant: variant.id, items: to });
    for (const [key, { variant, items }] of sizes) this.#done.set(key, { variant, marks: new Uint8Array(items) });
  }

  has(place: ItemPlace): boolean {
    return (this.#done.get(keyOf(place.variant, place.task, passOf(place)))?.marks[place.index] ?? 0) > 0;
  }

  /**
   * Marks an item. False when it isn't part of the run, or was marked before; an answer still counts after an error, which it replaces.
   */
  add(place: ItemPlace, outcome: "answered" | "errored" = "answered"): boolean {
    const done = this.#done.get(keyOf(place.variant, place.task, passOf(place)));
    const mark = outcome === "errored" ? ERRORED : ANSWERED;
    const before = done?.marks[place.index];
    if (done === undefined || before === undefined || before >= mark) return false;
    done.marks[place.index] = mark;
    if (before === 0) this.#counts.set(done.variant, this.count(done.variant) + 1);
    return true;
  }

  /** The same items, to be added to apart from this. */
  copy(): ProgressIndex {
    const copy = new ProgressIndex();
    for (const [key, { variant, marks }] of this.#done) copy.#done.set(key, { variant, marks: marks.slice() });
    for (const [variant, count] of this.#counts) copy.#counts.set(variant, count);
    return copy;
  }

  /** Ended items of one variant. */
  count(variant: string): number {
    return this.#counts.get(variant) ?? 0;
  }

  /** Ended items of the run. */
  total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }
}

function keyOf(variant: string, task: string, pass: Pass): string {
  return `${variant}\n${task}\n${pass}`;
}

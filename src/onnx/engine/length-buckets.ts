/** Something to run whose cost is its length in tokens. */
export interface Sized {
  readonly length: number;
}

/**
 * Waiting work, sorted by length, and taken in batches of equal length, so that no batch needs padding.
 * The bucket that has waited longest is served first: nothing starves.
 */
export class LengthBuckets<Work extends Sized> {
  /** In the order in which each bucket's oldest work arrived. */
  readonly #buckets = new Map<number, Work[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(work: Work): void {
    const bucket = this.#buckets.get(work.length);
    if (bucket === undefined) this.#buckets.set(work.length, [work]);
    else bucket.push(work);
    this.#size += 1;
  }

  /** At most `tokenSlots` tokens' worth of work of one length, but at least one piece; empty when nothing waits. */
  take(tokenSlots: number): Work[] {
    for (const [length, bucket] of this.#buckets) {
      const batch = bucket.splice(0, Math.max(1, Math.floor(tokenSlots / length)));
      this.#buckets.delete(length);
      if (bucket.length > 0) this.#buckets.set(length, bucket);
      this.#size -= batch.length;
      return batch;
    }
    return [];
  }

  /** Takes out all work that isn't wanted any more. */
  removeWhere(unwanted: (work: Work) => boolean): void {
    for (const [length, bucket] of this.#buckets) {
      const kept = bucket.filter((work) => !unwanted(work));
      this.#size -= bucket.length - kept.length;
      if (kept.length === 0) this.#buckets.delete(length);
      else this.#buckets.set(length, kept);
    }
  }
}

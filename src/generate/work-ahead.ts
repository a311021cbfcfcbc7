import type { Work } from "./work.ts";

type Made = Promise<IteratorResult<Work>>;

/**
 * Work that is made while the backend is busy, so that it is there when an answer comes: at most `most` pieces ahead. Makes more only after what
 * was taken is on its way, in a later turn of the event loop.
 */
export class WorkAhead {
  readonly #work: AsyncIterator<Work>;
  readonly #most: number;
  readonly #made: Made[] = [];
  #filling = false;
  #ended = false;

  constructor(work: AsyncIterator<Work>, most: number) {
    this.#work = work;
    this.#most = most;
  }

  /** In order. Rejects where the work itself does. */
  next(): Made {
    const next = this.#made.shift() ?? this.#make();
    if (!this.#filling && !this.#ended) {
      this.#filling = true;
      setImmediate(() => this.#fill());
    }
    return next;
  }

  #fill(): void {
    this.#filling = false;
    while (!this.#ended && this.#made.length < this.#most) this.#made.push(this.#make());
  }

  #make(): Made {
    const made = this.#work.next();
    const end = (): void => {
      this.#ended = true;
    };
    // Whoever takes it is told of a failure; nobody takes it once all have stopped.
    made.then(({ done }) => {
      if (done === true) end();
    }, end);
    return made;
  }
}

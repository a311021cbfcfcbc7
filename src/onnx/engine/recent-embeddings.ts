import { type Embedding, sizeOf } from "./embedding.ts";

/** The embeddings that were used last, as many as fit into a given memory. */
export class RecentEmbeddings {
  readonly #capacityBytes: number;
  readonly #embeddings = new Map<string, Embedding>();
  #bytes = 0;

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): Embedding | undefined {
    const found = this.#embeddings.get(key);
    if (found !== undefined) {
      this.#embeddings.delete(key);
      this.#embeddings.set(key, found);
    }
    return found;
  }

  set(key: string, embedding: Embedding): void {
    const replaced = this.#embeddings.get(key);
    if (replaced !== undefined) this.#bytes -= sizeOf(replaced);
    this.#embeddings.delete(key);
    this.#embeddings.set(key, embedding);
    this.#bytes += sizeOf(embedding);
    // A Map iterates in the order of insertion, and `get` inserts again: the first is the one unused for longest.
    for (const [oldest, { ids, vectors, truncated }] of this.#embeddings) {
      if (this.#bytes <= this.#capacityBytes) break;
      this.#embeddings.delete(oldest);
      this.#bytes -= sizeOf({ ids, vectors, truncated });
    }
  }
}

import type { Embedding } from "../../onnx/engine/embedding.ts";
import type { TextCount } from "./neural-scorer.ts";

/** Counts texts, and those that were cut off. */
export class TextCounter {
  #texts = 0;
  #truncated = 0;

  add(embeddings: Iterable<Embedding>): void {
    for (const { truncated } of embeddings) {
      this.#texts += 1;
      if (truncated) this.#truncated += 1;
    }
  }

  count(): TextCount {
    return { texts: this.#texts, truncated: this.#truncated };
  }
}

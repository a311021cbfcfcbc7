import type { EncodedText } from "../token-encoder.ts";
import type { Embedding } from "./embedding.ts";

/** One text on its way to its embedding. Several callers may wait for it; without any it is dropped. */
export class TextJob {
  readonly text: string;
  readonly hash: string;
  /** Whether the embedding is worth keeping on disk. */
  keep = false;
  readonly outcome: Promise<Embedding>;
  encoded: EncodedText | undefined;
  #waiters = 0;
  #resolve: (embedding: Embedding) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(text: string, hash: string) {
    this.text = text;
    this.hash = hash;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // All callers may have left by the time it fails.
    this.outcome.catch(() => undefined);
  }

  get length(): number {
    return this.encoded?.ids.length ?? 0;
  }

  get wanted(): boolean {
    return this.#waiters > 0;
  }

  join(): void {
    this.#waiters += 1;
  }

  leave(): void {
    this.#waiters -= 1;
  }

  succeed(embedding: Embedding): void {
    this.#resolve(embedding);
  }

  fail(error: unknown): void {
    this.#reject(error);
  }
}

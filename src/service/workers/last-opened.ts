interface Closable {
  close(): Promise<void>;
}

/**
 * Keeps one thing open from one use to the next, such as a loaded model: while the same is wanted it stays, another one takes its place, and when
 * nobody wants it for a while it is closed. One use at a time.
 */
export class LastOpened<T extends Closable> {
  readonly #idleMs: number;
  #kept: { readonly key: string; readonly value: T } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closing: Promise<void> = Promise.resolve();

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  async use<R>(key: string, open: () => Promise<T>, work: (value: T) => Promise<R>): Promise<R> {
    clearTimeout(this.#timer);
    if (this.#kept?.key !== key) {
      await this.close();
      this.#kept = { key, value: await open() };
    }
    try {
      return await work(this.#kept.value);
    } finally {
      this.#timer = setTimeout(() => void this.close().catch(() => {}), this.#idleMs).unref();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept !== undefined) this.#closing = kept.value.close();
    await this.#closing;
  }
}

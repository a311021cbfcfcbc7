import type { ProgressEvent } from "../../domain/progress.ts";
import type { RunState, VariantProgress } from "./run-service.ts";

/** Time between two states of a run that are told; in between, changes are collected. */
const TELL_MS = 200;

/** A run that waits or is executed in this process: its state, and a promise for the next one. */
export class LiveRun {
  readonly controller = new AbortController();
  #state: RunState;
  #cancelled = false;
  #timer: NodeJS.Timeout | undefined;
  #tell: () => void = () => {};
  #next: Promise<void> = Promise.resolve();

  constructor(state: RunState) {
    this.#state = state;
    this.#arm();
  }

  get state(): RunState {
    return this.#state;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** Resolves when the state has changed since it was asked for. */
  get nextChange(): Promise<void> {
    return this.#next;
  }

  cancel(): void {
    this.#cancelled = true;
    this.controller.abort(new Error("cancelled"));
  }

  /** Replaces parts of the state and tells it at once. */
  update(change: Partial<RunState>): void {
    this.#state = { ...this.#state, ...change };
    this.#tellNow();
  }

  /** Counts what a run tells of itself. */
  observe(event: ProgressEvent): void {
    if (event.kind === "analyzing") this.update({ phase: "analyzing" });
    else if (event.kind === "variant-opening") {
      this.#setDone(event.variant, () => event.done);
      this.#tellNow();
    } else if (event.kind === "answered") {
      this.#setDone(event.variant, (done) => done + 1);
      this.#timer ??= setTimeout(() => this.#tellNow(), TELL_MS).unref();
    }
  }

  #setDone(variant: string, change: (done: number) => number): void {
    const variants: readonly VariantProgress[] = this.#state.variants.map((each) =>
      each.variant === variant ? { ...each, done: change(each.done) } : each,
    );
    this.#state = { ...this.#state, variants, done: variants.reduce((sum, each) => sum + each.done, 0) };
  }

  #tellNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const tell = this.#tell;
    this.#arm();
    tell();
  }

  #arm(): void {
    this.#next = new Promise((resolve) => {
      this.#tell = resolve;
    });
  }
}

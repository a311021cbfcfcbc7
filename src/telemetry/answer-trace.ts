import type { AnswerRecord } from "../domain/record.ts";
import type { Span } from "./tracer.ts";

/** Tells in a span how a backend answered: sums at its end, and each answer where that is asked for. No texts. */
export class AnswerTrace {
  readonly #span: Span;
  readonly #each: boolean;
  #items = 0;
  #errors = 0;
  #timed = 0;
  #totalMs = 0;
  #maxMs = 0;

  /** `each`: whether every answer gets a span of its own. */
  constructor(span: Span, { each }: { readonly each: boolean }) {
    this.#span = span;
    this.#each = each;
  }

  add({ item, outcome }: Pick<AnswerRecord, "item" | "outcome">): void {
    this.#items += 1;
    if (outcome.kind === "answered") this.answered(outcome.answer.timings.wallMs, { "quantgate.item": item });
    else this.#errors += 1;
  }

  count(errored: boolean): void {
    this.#items += 1;
    if (errored) this.#errors += 1;
  }

  answered(wallMs: number, attributes: Readonly<Record<string, string>> = {}): void {
    this.#timed += 1;
    this.#totalMs += wallMs;
    this.#maxMs = Math.max(this.#maxMs, wallMs);
    if (this.#each) this.#span.took("answer", wallMs, attributes);
  }

  /** Sets the sums; milliseconds are those of the answers that came, kept ones included. */
  end(): void {
    this.#span.set({ "quantgate.items": this.#items, "quantgate.errors": this.#errors });
    if (this.#timed > 0)
      this.#span.set({
        "quantgate.answer.mean_ms": this.#totalMs / this.#timed,
        "quantgate.answer.max_ms": this.#maxMs,
      });
  }
}

import type { ProgressEvent } from "../domain/progress.ts";
import { AnswerTrace } from "./answer-trace.ts";
import type { OpenSpan, Span } from "./tracer.ts";

/** Makes spans of what a run tells that is executed in one piece: one for each variant's answers, for scoring apart from them, and for the end. */
export class ProgressTrace {
  readonly #span: Span;
  readonly #eachAnswer: boolean;
  #part: OpenSpan | undefined;
  #answers: AnswerTrace | undefined;
  #isAsked = false;

  constructor(span: Span, { eachAnswer }: { readonly eachAnswer: boolean }) {
    this.#span = span;
    this.#eachAnswer = eachAnswer;
  }

  observe(event: ProgressEvent): void {
    switch (event.kind) {
      case "variant-opening": {
        const part = this.#begin("generate", event.variant);
        this.#answers = new AnswerTrace(part, { each: this.#eachAnswer });
        break;
      }
      case "variant-opened":
        this.#isAsked = true;
        break;
      case "answered":
        this.#answers?.count(event.errored);
        break;
      case "scoring":
        this.#begin("score", event.variant);
        break;
      case "analyzing":
        this.#begin("finalize");
        break;
      case "variant-done":
        this.end();
        break;
      case "started":
        break;
    }
  }

  /** An answer has come. Those of a probe, before a variant is open, are not counted. */
  answered(wallMs: number): void {
    if (this.#isAsked) this.#answers?.answered(wallMs);
  }

  /** Ends what has begun. */
  end(error?: unknown): void {
    this.#answers?.end();
    this.#part?.end(error);
    this.#answers = undefined;
    this.#part = undefined;
    this.#isAsked = false;
  }

  #begin(name: string, variant?: string): OpenSpan {
    this.end();
    const part = this.#span.begin(name, variant === undefined ? {} : { "quantgate.variant": variant });
    this.#part = part;
    return part;
  }
}

import type { Backend, BackendCapabilities, RequestContext } from "../../src/backend/backend.ts";
import type { AnswerOf, BackendAnswer, BackendRequest } from "../../src/domain/answer.ts";
import type { VariantIdentity } from "../../src/domain/record.ts";

export interface FakeAnswering {
  readonly concurrency?: number;
  readonly identity?: VariantIdentity;
  /** The answer, or an error. May wait. */
  readonly answer?: (request: BackendRequest, signal: AbortSignal) => Promise<BackendAnswer> | BackendAnswer;
}

/** An in-memory backend that remembers what it was asked. */
export class FakeBackend implements Backend {
  readonly capabilities: BackendCapabilities = { text: true, letters: "full", continuations: true, seed: true };
  readonly identity: VariantIdentity;
  readonly concurrency: number;
  readonly loadMs = 5;
  readonly asked: { readonly request: BackendRequest; readonly context: RequestContext | undefined }[] = [];
  closed = false;
  /** Most requests that were in flight at once. */
  busiest = 0;
  readonly #answer: NonNullable<FakeAnswering["answer"]>;
  #inFlight = 0;

  constructor({ concurrency = 1, identity = identityOf("1"), answer = echo }: FakeAnswering = {}) {
    this.concurrency = concurrency;
    this.identity = identity;
    this.#answer = answer;
  }

  async generate<R extends BackendRequest>(
    request: R,
    signal: AbortSignal,
    context?: RequestContext,
  ): Promise<AnswerOf<R>> {
    this.asked.push({ request, context });
    this.#inFlight += 1;
    this.busiest = Math.max(this.busiest, this.#inFlight);
    try {
      return (await this.#answer(request, signal)) as AnswerOf<R>;
    } finally {
      this.#inFlight -= 1;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
  }
}

export function identityOf(digest: string, build = "fake 1"): VariantIdentity {
  return { weightsDigest: `sha256:${digest}`, build, settings: {}, metadata: {} };
}

/** Answers at once: a text with the prompt's end, or log-probabilities that fall from choice to choice. */
export function echo(request: BackendRequest): BackendAnswer {
  const measured = { tokens: { prompt: 3, completion: 2 }, timings: { wallMs: 1 } };
  switch (request.kind) {
    case "text":
      return { kind: "text", text: request.prompt.slice(-20), finish: "end", ...measured };
    case "letters":
      return { kind: "letters", logprobs: request.letters.map((_, index) => -1 - index), ...measured };
    case "continuations":
      return { kind: "continuations", logprobs: request.continuations.map((_, index) => -1 - index), ...measured };
  }
}

/** Never answers, but ends when it is told to. */
export function waitForever(_: BackendRequest, signal: AbortSignal): Promise<BackendAnswer> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

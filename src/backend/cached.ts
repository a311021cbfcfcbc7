import type { AnswerOf, BackendAnswer, BackendRequest } from "../domain/answer.ts";
import type { VariantIdentity } from "../domain/record.ts";
import { type AnswerCache, uncacheable } from "./answer-cache.ts";
import type { Backend, BackendCapabilities, RequestContext } from "./backend.ts";

/** A backend whose answers are kept between runs; where they can't be told apart for sure (`uncacheable`), it is the backend itself. */
export function withCache(backend: Backend, cache: AnswerCache): Backend {
  return uncacheable(backend.identity) === undefined ? new CachedBackend(backend, cache) : backend;
}

class CachedBackend implements Backend {
  readonly identity: VariantIdentity;
  readonly capabilities: BackendCapabilities;
  readonly concurrency: number;
  readonly ahead: number;
  readonly loadMs: number;
  readonly #backend: Backend;
  readonly #cache: AnswerCache;

  constructor(backend: Backend, cache: AnswerCache) {
    this.identity = backend.identity;
    this.capabilities = backend.capabilities;
    this.concurrency = backend.concurrency;
    this.ahead = backend.ahead ?? 0;
    this.loadMs = backend.loadMs;
    this.#backend = backend;
    this.#cache = cache;
  }

  async generate<R extends BackendRequest>(
    request: R,
    signal: AbortSignal,
    context?: RequestContext,
  ): Promise<AnswerOf<R>> {
    if (context?.fresh === true) return this.#backend.generate(request, signal, context);
    const key = this.#cache.key(this.identity, request);
    const kept = await this.#cache.get(key);
    if (kept !== undefined && kept.kind === request.kind) return asKept(kept) as AnswerOf<R>;
    const answer = await this.#backend.generate(request, signal, context);
    if (isWorthKeeping(answer)) await this.#cache.put(key, answer);
    return answer;
  }

  close(): Promise<void> {
    return this.#backend.close();
  }
}

/** Nobody was asked: whoever reads its times must know that. */
function asKept(answer: BackendAnswer): BackendAnswer {
  return { ...answer, timings: { ...answer.timings, kept: true } };
}

/** An empty answer may be a server's fault that looks like success; asking again costs little. */
function isWorthKeeping(answer: BackendAnswer): boolean {
  switch (answer.kind) {
    case "text":
      return answer.text.trim() !== "";
    case "letters":
      return answer.logprobs.some((logprob) => logprob !== "not-shown");
    case "continuations":
      return true;
  }
}

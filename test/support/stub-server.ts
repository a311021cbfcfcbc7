import type { RequestContext } from "../../src/backend/backend.ts";
import type { ServerBackend } from "../../src/backend/server-backend.ts";
import type { AnswerOf, BackendRequest, TextRequest } from "../../src/domain/answer.ts";
import type { VariantIdentity } from "../../src/domain/record.ts";

export const IDENTITY: VariantIdentity = {
  weightsDigest: "sha256:abc",
  build: "stub 1",
  settings: { server: "stub" },
  metadata: {},
};

export function textRequest(prompt: string): TextRequest {
  return { kind: "text", prompt, maxTokens: 8, stop: [], temperature: 0, seed: 0 };
}

/** A server backend made of functions; it answers each prompt with its length unless told otherwise. */
export function stubServer(
  options: {
    readonly answer?: (request: BackendRequest, call: number) => Promise<string> | string;
    readonly identify?: (call: number) => VariantIdentity;
    readonly identity?: VariantIdentity;
    readonly concurrency?: number;
  } = {},
): ServerBackend & { readonly calls: () => number; readonly contexts: (RequestContext | undefined)[] } {
  let calls = 0;
  let identified = 0;
  const contexts: (RequestContext | undefined)[] = [];
  return {
    identity: options.identity ?? IDENTITY,
    capabilities: { text: true, letters: "full", continuations: true, seed: true },
    concurrency: options.concurrency ?? 8,
    loadMs: 0,
    contexts,
    calls: () => calls,
    recall: () => {},
    identify: async () => {
      identified += 1;
      return options.identify === undefined ? (options.identity ?? IDENTITY) : options.identify(identified);
    },
    generate: async <R extends BackendRequest>(request: R, _: AbortSignal, context?: RequestContext) => {
      calls += 1;
      contexts.push(context);
      const text = options.answer === undefined ? `${request.prompt.length}` : await options.answer(request, calls);
      const common = { tokens: { prompt: 1, completion: 1 }, timings: { wallMs: 1 } };
      const answer =
        request.kind === "text"
          ? { kind: "text", text, finish: "end", ...common }
          : { kind: request.kind, logprobs: [-1, -2], ...common };
      return answer as unknown as AnswerOf<R>;
    },
    close: async () => {},
  };
}

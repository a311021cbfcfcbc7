import type {
  AnswerOf,
  BackendAnswer,
  BackendRequest,
  ContinuationsAnswer,
  ContinuationsRequest,
  LettersAnswer,
  LettersRequest,
  TextAnswer,
  TextRequest,
} from "../domain/answer.ts";
import type { VariantIdentity } from "../domain/record.ts";
import { endsInThinking } from "../domain/thinking.ts";
import type { ServerConfig } from "../spec/backend-schema.ts";
import { type BackendCapabilities, BackendError } from "./backend.ts";
import type { HttpClient } from "./http/client.ts";
import { mostInFlight, openClient, withoutSlash } from "./http/open-client.ts";
import { assertNoThinking } from "./letters.ts";
import type { BackendDeps, ServerBackend } from "./server-backend.ts";

/** What a server is asked with. */
export interface ServerAccess<C extends ServerConfig = ServerConfig> {
  readonly client: HttpClient;
  /** The variant's `model`: what the server calls it. */
  readonly model: string;
  readonly config: C;
  /** Wall clock. */
  readonly now: () => Date;
}

/** Who a server said it is, and whatever else its answers depend on. */
export interface Found {
  readonly identity: VariantIdentity;
}

/** How one model on one server is asked; rejects with `BackendError`. */
export interface ServerAnswers {
  /** How many of the likeliest first tokens it shows. */
  readonly topK: number;
  /** Where it bears fewer requests in flight than the config would send. */
  readonly mostInFlight?: number;
  text(request: TextRequest, signal: AbortSignal): Promise<TextAnswer>;
  letters(request: LettersRequest, signal: AbortSignal): Promise<LettersAnswer>;
  /** Or why it has none. */
  readonly continuations:
    | ((request: ContinuationsRequest, signal: AbortSignal) => Promise<ContinuationsAnswer>)
    | { readonly why: string; readonly hint: string };
  /** What an error of this server really means. */
  explain?(error: unknown): unknown;
}

/** What a kind of server brings: all that differs between servers. */
export interface ServerKind<C extends ServerConfig = ServerConfig, F extends Found = Found> {
  /** Where its API begins, from the config's `url` without slashes at its end; absent: there. */
  baseUrl?(url: string): string;
  /**
   * Asks what it serves; `before`: what it said when it was opened. Rejects with `BackendError`: of kind `model-missing` when the model isn't
   * there.
   */
  identify(access: ServerAccess<C>, signal: AbortSignal, before?: F): Promise<F>;
  answers(access: ServerAccess<C>, found: F): ServerAnswers;
}

/** Opens a model on a server of the given kind. Throws `BackendError` when the server or the model isn't there. */
export async function openOnServer<C extends ServerConfig, F extends Found>(
  kind: ServerKind<C, F>,
  model: string,
  config: C,
  signal: AbortSignal,
  deps: BackendDeps,
): Promise<ServerBackend> {
  const url = withoutSlash(config.url);
  const client = await openClient(config, withoutSlash(kind.baseUrl?.(url) ?? url), deps);
  const access = { client, model, config, now: deps.now };
  try {
    return new OpenedServer(kind, access, await kind.identify(access, signal));
  } catch (error) {
    client.close();
    throw error;
  }
}

class OpenedServer<C extends ServerConfig, F extends Found> implements ServerBackend {
  readonly loadMs = 0;
  readonly identity: VariantIdentity;
  readonly capabilities: BackendCapabilities;
  readonly concurrency: number;
  readonly #kind: ServerKind<C, F>;
  readonly #access: ServerAccess<C>;
  readonly #found: F;
  readonly #answers: ServerAnswers;

  constructor(kind: ServerKind<C, F>, access: ServerAccess<C>, found: F) {
    this.#kind = kind;
    this.#access = access;
    this.#found = found;
    this.#answers = kind.answers(access, found);
    const { topK, continuations, mostInFlight: bears } = this.#answers;
    const { concurrency } = access.config;
    this.identity = withExtraBody(found.identity, access.config);
    this.capabilities = {
      text: true,
      letters: { topK },
      continuations: typeof continuations === "function",
      seed: true,
    };
    // A number that somebody gave is kept, whatever the server bears.
    this.concurrency =
      typeof concurrency === "number" ? concurrency : Math.min(mostInFlight(access.config), bears ?? Infinity);
  }

  async identify(signal: AbortSignal): Promise<VariantIdentity> {
    const { identity } = await this.#kind.identify(this.#access, signal, this.#found);
    return withExtraBody(identity, this.#access.config);
  }

  async generate<R extends BackendRequest>(request: R, signal: AbortSignal): Promise<AnswerOf<R>> {
    try {
      return (await this.#answer(request, signal)) as AnswerOf<R>;
    } catch (error) {
      throw this.#answers.explain?.(error) ?? error;
    }
  }

  recall(): void {
    this.#access.client.recall();
  }

  async close(): Promise<void> {
    this.#access.client.close();
  }

  #answer(request: BackendRequest, signal: AbortSignal): Promise<BackendAnswer> {
    switch (request.kind) {
      case "text":
        return this.#answers.text(request, signal);
      case "letters":
        assertNoThinking({ thought: endsInThinking(request.prompt), token: "" });
        return this.#answers.letters(request, signal);
      case "continuations": {
        const { continuations } = this.#answers;
        if (typeof continuations === "function") return continuations.call(this.#answers, request, signal);
        throw new BackendError({ kind: "unsupported", message: continuations.why, hint: continuations.hint });
      }
    }
  }
}

/** What every request carries besides may move the numbers, so it is a setting. */
function withExtraBody(identity: VariantIdentity, { extraBody }: ServerConfig): VariantIdentity {
  if (extraBody === undefined) return identity;
  return {
    ...identity,
    settings: {
      ...identity.settings,
      extraBody: JSON.stringify(Object.fromEntries(Object.entries(extraBody).sort(([a], [b]) => (a < b ? -1 : 1)))),
    },
  };
}

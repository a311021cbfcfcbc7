import type { Position, ScoredToken, TokenModel } from "../backend/llama-cpp/token-model.ts";
import type { FinishReason } from "../domain/answer.ts";
import type { Lies } from "./options.ts";

const CONSTANT_LOGPROB = -5;

export interface Completion {
  readonly text: string;
  readonly finish: FinishReason;
  /** The stop string that ended it. */
  readonly stoppedBy: string | undefined;
  readonly promptIds: readonly number[];
  readonly ids: readonly number[];
  /** One for each generated token, when likeliest tokens were asked for. */
  readonly positions: readonly Position[];
  readonly promptMs: number;
  readonly decodeMs: number;
}

export interface CompletionRequest {
  readonly prompt: string;
  readonly maxTokens: number;
  readonly stop: readonly string[];
  /** Likeliest tokens per position; 0: none. */
  readonly top: number;
}

/** The embedded model as the heart of a fake server, with the lies that were asked for. */
export class Completer {
  readonly model: TokenModel;
  readonly #lies: Lies;
  #asked = 0;

  constructor(model: TokenModel, lies: Lies) {
    this.model = model;
    this.#lies = lies;
  }

  get lies(): Lies {
    return this.#lies;
  }

  /** Token ids of a prompt, less those that the server cuts without a word. */
  idsOf(prompt: string): number[] {
    const ids = this.model.tokenize(prompt);
    return this.#lies.cutPrompt === undefined ? ids : ids.slice(-this.#lies.cutPrompt);
  }

  async complete(request: CompletionRequest): Promise<Completion> {
    this.#asked += 1;
    const promptIds = this.idsOf(request.prompt);
    const stop = this.#lies.ignoreStop ? [] : request.stop;
    const start = performance.now();
    if (request.maxTokens === 1 && request.top > 0) {
      const top = this.#distort(await this.model.next(promptIds, request.top));
      const [token] = top;
      if (token === undefined) throw new Error("the model has no next token");
      const ms = performance.now() - start;
      return {
        text: this.model.textOfAll([token.id]),
        finish: "length",
        stoppedBy: undefined,
        promptIds,
        ids: [token.id],
        positions: [{ token, top }],
        promptMs: ms,
        decodeMs: 0,
      };
    }
    const generated = await this.model.generate(promptIds, request.maxTokens, stop);
    const scored = request.top > 0 ? await this.model.score([...promptIds, ...generated.ids], request.top) : [];
    const whole = generated.finish === "stop" ? this.model.textOfAll(generated.ids) : "";
    return {
      ...generated,
      text: this.#lies.unstable && this.#asked % 2 === 0 ? generated.text.slice(0, -1) : generated.text,
      stoppedBy: stop.find((word) => whole.includes(word)),
      promptIds,
      positions: request.top > 0 ? scored.slice(-generated.ids.length).map((position) => this.#lie(position)) : [],
    };
  }

  /** Prompt tokens after the first, scored. */
  async echo(
    prompt: string,
    top: number,
  ): Promise<{ readonly ids: readonly number[]; readonly positions: readonly Position[] }> {
    this.#asked += 1;
    const ids = this.idsOf(prompt);
    const positions = ids.length < 2 ? [] : await this.model.score(ids, top);
    return { ids, positions: positions.map((position) => this.#lie(position)) };
  }

  #lie({ token, top }: Position): Position {
    const [lied = token] = this.#distort([token]);
    return { token: lied, top: this.#distort(top) };
  }

  #distort(tokens: readonly ScoredToken[]): readonly ScoredToken[] {
    if (this.#lies.constantLogprobs) return tokens.map((token) => ({ ...token, logprob: CONSTANT_LOGPROB }));
    if (!this.#lies.unstable || this.#asked % 2 === 1) return tokens;
    return tokens.map((token) => ({ ...token, logprob: token.logprob - 0.05 - (token.id % 7) / 10 }));
  }
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** A stop string or a list of them. */
export function stops(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : [];
}

export function bytesOf(value: string): number[] {
  return [...Buffer.from(value, "utf8")];
}

import type { ControlledEvaluateInputItem, LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import type { FinishReason } from "../../domain/answer.ts";
import type { VariantIdentity } from "../../domain/record.ts";
import type { LlamaCppConfig } from "../../spec/backend-schema.ts";
import { StopScanner } from "../stop-scanner.ts";
import { type LoadedLlamaCpp, loadLlamaCpp } from "./open.ts";
import { tokenizePrompt } from "./tokenize-prompt.ts";

/** A token and its natural-log probability. */
export interface ScoredToken {
  readonly id: number;
  readonly text: string;
  readonly logprob: number;
}

/** What the model thinks of one position: the token that stands there, and the likeliest ones, most likely first. */
export interface Position {
  readonly token: ScoredToken;
  readonly top: readonly ScoredToken[];
}

export interface Generated {
  readonly text: string;
  readonly finish: FinishReason;
  /** Generated tokens, the end token included. */
  readonly ids: readonly number[];
  readonly promptMs: number;
  readonly decodeMs: number;
}

/** An embedded model token by token, as inference servers show it: what the fake servers answer from. One caller at a time. */
export class TokenModel {
  readonly identity: VariantIdentity;
  readonly contextSize: number;
  readonly #model: LlamaModel;
  readonly #sequence: LlamaContextSequence;
  readonly #loaded: LoadedLlamaCpp;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(loaded: LoadedLlamaCpp, sequence: LlamaContextSequence, contextSize: number) {
    this.identity = loaded.identity;
    this.contextSize = contextSize;
    this.#model = loaded.model;
    this.#sequence = sequence;
    this.#loaded = loaded;
  }

  /** Token ids, with the begin token where the model wants one. */
  tokenize(text: string): number[] {
    return tokenizePrompt(this.#model, text);
  }

  /** The text of one token by itself; special tokens have their name. */
  textOf(id: number): string {
    return this.#model.detokenize([id as Token], true);
  }

  /** The text of several tokens; special tokens have none. */
  textOfAll(ids: readonly number[]): string {
    return this.#model.detokenize(ids as Token[], false);
  }

  /** Every token after the first with its probability given those before it, and the `top` likeliest in its place. */
  score(ids: readonly number[], top: number): Promise<Position[]> {
    return this.#inTurn(async () => {
      const positions = await this.#distributions(ids.slice(0, -1), (index) => [ids[index + 1] ?? 0], top);
      return positions.map((distribution, index) => ({
        token: this.#scored(ids[index + 1] ?? 0, distribution),
        top: this.#topOf(distribution, top),
      }));
    });
  }

  /** The `top` likeliest tokens to come next. */
  async next(ids: readonly number[], top: number): Promise<readonly ScoredToken[]> {
    return this.#inTurn(async () => {
      const last = ids.length - 1;
      const [distribution] = await this.#distributions(ids, (index) => (index === last ? [0] : undefined), top);
      return distribution === undefined ? [] : this.#topOf(distribution, top);
    });
  }

  /** Greedy decoding. */
  generate(ids: readonly number[], maxTokens: number, stop: readonly string[]): Promise<Generated> {
    return this.#inTurn(async () => {
      await this.#sequence.clearHistory();
      const start = performance.now();
      let firstAt = start;
      const scanner = new StopScanner(
        stop,
        (tokens, before) => this.#model.detokenize([...tokens], false, [...before]),
        ids.slice(-8) as Token[],
      );
      const generated: number[] = [];
      let finish: FinishReason = "end";
      const options = { temperature: 0, yieldEogToken: true } as const;
      for await (const token of this.#sequence.evaluate(ids as Token[], options)) {
        if (generated.length === 0) firstAt = performance.now();
        generated.push(token);
        if (this.#model.isEogToken(token)) break;
        if (scanner.push(token)) {
          finish = "stop";
          break;
        }
        if (generated.length >= maxTokens) {
          finish = "length";
          break;
        }
      }
      const end = performance.now();
      return { text: scanner.text(), finish, ids: generated, promptMs: firstAt - start, decodeMs: end - firstAt };
    });
  }

  async close(): Promise<void> {
    await this.#turn.catch(() => {});
    await this.#loaded.dispose();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.catch(() => {}).then(work);
    this.#turn = mine;
    return mine;
  }

  async #distributions(
    ids: readonly number[],
    wanted: (index: number) => readonly number[] | undefined,
    top: number,
  ): Promise<ReadonlyMap<Token, number>[]> {
    await this.#sequence.clearHistory();
    const input: ControlledEvaluateInputItem[] = ids.map((id, index) => {
      const tokens = wanted(index);
      if (tokens === undefined) return id as Token;
      const filter = { tokens: tokens as Token[], includeTop: Math.max(1, top) };
      return [id as Token, { generateNext: { logits: { filter }, totalLogitWeight: true } }];
    });
    const results = await this.#sequence.controlledEvaluate(input);
    return ids.flatMap((_, index) => {
      const next = results[index]?.next;
      if (wanted(index) === undefined || next?.logits === undefined || next.totalLogitWeight === undefined) return [];
      const normalizer = Math.max(...next.logits.values()) + Math.log(next.totalLogitWeight);
      return [new Map([...next.logits].map(([token, logit]) => [token, logit - normalizer]))];
    });
  }

  #scored(id: number, distribution: ReadonlyMap<Token, number>): ScoredToken {
    return { id, text: this.textOf(id), logprob: distribution.get(id as Token) ?? Number.NEGATIVE_INFINITY };
  }

  #topOf(distribution: ReadonlyMap<Token, number>, top: number): ScoredToken[] {
    return [...distribution]
      .sort(([, a], [, b]) => b - a)
      .slice(0, top)
      .map(([id, logprob]) => ({ id, text: this.textOf(id), logprob }));
  }
}

/** Loads a GGUF file for token-wise use; throws as `openLlamaCpp` does. */
export async function openTokenModel(path: string, config: LlamaCppConfig, signal: AbortSignal): Promise<TokenModel> {
  const loaded = await loadLlamaCpp(path, { ...config, concurrency: 1 }, signal);
  const [context] = loaded.contexts;
  if (context === undefined) throw new Error("llama.cpp made no context");
  return new TokenModel(loaded, context.getSequence(), config.contextSize);
}

import type { ControlledEvaluateInputItem, LlamaContextSequence, LlamaModel, Token } from "node-llama-cpp";
import type {
  ContinuationsAnswer,
  ContinuationsRequest,
  FinishReason,
  LettersAnswer,
  LettersRequest,
  Prompted,
  TextAnswer,
  TextRequest,
} from "../../domain/answer.ts";
import { throwIfAborted } from "../../domain/errors.ts";
import { endsInThinking } from "../../domain/thinking.ts";
import { BackendError } from "../backend.ts";
import { finishText } from "../finish-text.ts";
import { assertNoThinking } from "../letters.ts";
import { StopScanner } from "../stop-scanner.ts";
import { tokenizePrompt } from "./tokenize-prompt.ts";

/**
 * Answers requests on one context sequence, one at a time. Every request starts from an empty KV cache, so an answer never depends on
 * what was asked before it.
 */
export class Evaluator {
  readonly #model: LlamaModel;
  readonly #sequence: LlamaContextSequence;
  readonly #contextSize: number;

  constructor(model: LlamaModel, sequence: LlamaContextSequence, contextSize: number) {
    this.#model = model;
    this.#sequence = sequence;
    this.#contextSize = contextSize;
  }

  /** Decodes until the end token, a stop string or the token limit; greedy at temperature 0. */
  async text(request: TextRequest, signal: AbortSignal): Promise<TextAnswer> {
    const start = performance.now();
    const prompt = tokenizePrompt(this.#model, request.prompt, request.data);
    this.#assertFits(
      prompt.length + request.maxTokens,
      `the prompt has ${prompt.length} tokens and the answer may have ${request.maxTokens}`,
    );
    await this.#sequence.clearHistory();

    const scanner = new StopScanner(
      request.stop,
      (tokens, before) => this.#model.detokenize([...tokens], false, [...before]),
      prompt.slice(-8),
    );
    let finish: FinishReason = "end";
    const tokens: Token[] = [];
    let firstTokenAt: number | undefined;
    const options =
      request.temperature === 0 ? { temperature: 0 } : { temperature: request.temperature, seed: request.seed };
    for await (const token of this.#sequence.evaluate(prompt, options)) {
      firstTokenAt ??= performance.now();
      throwIfAborted(signal);
      tokens.push(token);
      if (scanner.push(token)) {
        finish = "stop";
        break;
      }
      if (tokens.length >= request.maxTokens) {
        finish = "length";
        break;
      }
    }
    const end = performance.now();
    const promptEnd = firstTokenAt ?? end;
    return {
      kind: "text",
      ...this.#withoutThinking(scanner.text(), finish, tokens, request),
      tokens: { prompt: prompt.length, completion: tokens.length },
      timings: {
        wallMs: end - start,
        promptMs: promptEnd - start,
        decodeMs: end - promptEnd,
        firstTokenMs: promptEnd - start,
      },
    };
  }

  /** Marks of thinking may be special tokens, which no text shows. */
  #withoutThinking(text: string, finish: FinishReason, tokens: readonly Token[], request: TextRequest) {
    const marked = finishText({ text: this.#model.detokenize([...tokens], true), finish, template: false }, request);
    return marked.reasoning === undefined ? { text, finish } : marked;
  }

  /** Log-probability of each letter as the next token, exactly normalised, from one evaluation of the prompt. */
  async letters(request: LettersRequest, signal: AbortSignal): Promise<LettersAnswer> {
    assertNoThinking({ thought: endsInThinking(request.prompt), token: "" });
    const start = performance.now();
    const prompt = tokenizePrompt(this.#model, request.prompt, request.data);
    this.#assertFits(prompt.length, `the prompt has ${prompt.length} tokens`);
    const letters = request.letters.map((letter) => {
      const [token, ...rest] = this.#continuationOf(prompt, request, letter).tokens;
      if (token === undefined || rest.length > 0) {
        throw new BackendError({
          kind: "unsupported",
          message: `the label "${letter}" is ${rest.length + 1} tokens for this model, so it has no next-token probability`,
          hint: "use the protocol continuation-logprob or generated-letter for this task",
        });
      }
      return token;
    });
    await this.#sequence.clearHistory();
    throwIfAborted(signal);
    const wanted = prompt.map((_, index) => (index === prompt.length - 1 ? letters : []));
    const [logprobs] = await this.#nextTokenLogprobs(prompt, wanted);
    assertNoThinking({ thought: false, token: this.#model.detokenize(likeliest(logprobs), true) });
    const wallMs = performance.now() - start;
    return {
      kind: "letters",
      logprobs: letters.map((letter) => logprobs?.get(letter) ?? "not-shown"),
      tokens: { prompt: prompt.length, completion: 0 },
      timings: { wallMs, promptMs: wallMs },
    };
  }

  /** Log-probability of each continuation; what the prompts have in common is evaluated once. */
  async continuations(request: ContinuationsRequest, signal: AbortSignal): Promise<ContinuationsAnswer> {
    const start = performance.now();
    const prompt = tokenizePrompt(this.#model, request.prompt, request.data);
    const wholes = request.continuations.map((text) => this.#continuationOf(prompt, request, text));
    const longest = Math.max(...wholes.map((whole) => whole.all.length));
    this.#assertFits(longest, `prompt and choice together have ${longest} tokens`);
    await this.#sequence.clearHistory();

    const reusable = !this.#sequence.needsCheckpoints;
    // The prompt's last token is evaluated with each choice: what follows it is the choice's first token, whose probability counts.
    const common = Math.min(prompt.length, commonPrefix(wholes.map((whole) => whole.all)));
    const shared = reusable ? Math.max(0, common - 1) : 0;
    const head = wholes[0]?.all.slice(0, shared) ?? [];
    if (head.length > 0) await this.#sequence.evaluateWithoutGeneratingNewTokens(head);
    const headEnd = performance.now();

    const logprobs: number[] = [];
    for (const whole of wholes) {
      throwIfAborted(signal);
      const from = whole.all.length - whole.tokens.length;
      const input = whole.all.slice(shared, -1);
      const wanted = input.map((_, index) => {
        const next = whole.all[shared + index + 1];
        return shared + index + 1 >= from && next !== undefined ? [next] : [];
      });
      const positions = await this.#nextTokenLogprobs(input, wanted);
      logprobs.push(sumLogprobs(positions, whole.tokens));
      if (shared === 0) await this.#sequence.clearHistory();
      else await this.#sequence.eraseContextTokenRanges([{ start: shared, end: this.#sequence.nextTokenIndex }]);
    }
    const end = performance.now();
    const completion = wholes.reduce((sum, whole) => sum + whole.tokens.length, 0);
    return {
      kind: "continuations",
      logprobs,
      tokens: { prompt: prompt.length, completion },
      timings: { wallMs: end - start, promptMs: headEnd - start, decodeMs: end - headEnd },
    };
  }

  /**
   * Evaluates `tokens` after what is in the cache; one map (token → log-probability) per position with wanted tokens, holding these and the
   * likeliest.
   */
  async #nextTokenLogprobs(
    tokens: readonly Token[],
    wanted: readonly (readonly Token[])[],
  ): Promise<readonly ReadonlyMap<Token, number>[]> {
    const input: ControlledEvaluateInputItem[] = tokens.map((token, index) => {
      const filterTokens = wanted[index] ?? [];
      if (filterTokens.length === 0) return token;
      return [
        token,
        { generateNext: { logits: { filter: { tokens: filterTokens, includeTop: 1 } }, totalLogitWeight: true } },
      ];
    });
    const results = await this.#sequence.controlledEvaluate(input);
    const positions: ReadonlyMap<Token, number>[] = [];
    for (const [index, filterTokens] of wanted.entries()) {
      if (filterTokens.length === 0) continue;
      const next = results[index]?.next;
      if (next?.logits === undefined || next.totalLogitWeight === undefined) {
        throw new BackendError({
          kind: "bad-response",
          message: "llama.cpp returned no logits for a position that was asked for",
        });
      }
      const normalizer = Math.max(...next.logits.values()) + Math.log(next.totalLogitWeight);
      positions.push(new Map([...next.logits].map(([token, logit]) => [token, logit - normalizer])));
    }
    return positions;
  }

  /**
   * Tokens of prompt and continuation read together, and those of them that belong to the continuation: all after as many as the
   * prompt alone has (lm-evaluation-harness splits the same way).
   */
  #continuationOf(
    prompt: readonly Token[],
    { prompt: text, data = [] }: Prompted,
    continuation: string,
  ): { readonly all: Token[]; readonly tokens: Token[] } {
    const whole = text + continuation;
    const all = tokenizePrompt(this.#model, whole, [...data, [text.length, whole.length]]);
    if (all.length <= prompt.length) {
      throw new BackendError({
        kind: "unsupported",
        message: `the choice "${continuation}" adds no token to the prompt, so it has no probability`,
      });
    }
    return { all, tokens: all.slice(prompt.length) };
  }

  #assertFits(tokens: number, what: string): void {
    // llama.cpp would shift the context silently and answer something else.
    if (tokens > this.#contextSize) {
      throw new BackendError({
        kind: "context-overflow",
        message: `${what}: that is ${tokens} of ${this.#contextSize} tokens of context`,
        hint: "raise contextSize of the backend (up to what the model was trained for), or lower maxTokens of the task",
      });
    }
  }
}

/** The token that would be written; none where nothing is known. */
function likeliest(logprobs: ReadonlyMap<Token, number> = new Map()): Token[] {
  const [first] = [...logprobs].sort(([, a], [, b]) => b - a);
  return first === undefined ? [] : [first[0]];
}

function sumLogprobs(positions: readonly ReadonlyMap<Token, number>[], tokens: readonly Token[]): number {
  let sum = 0;
  for (const [index, token] of tokens.entries()) {
    const logprob = positions[index]?.get(token);
    if (logprob === undefined)
      throw new BackendError({ kind: "bad-response", message: "llama.cpp left out a token's logit" });
    sum += logprob;
  }
  return sum;
}

/** Length of the longest prefix that all sequences share. */
function commonPrefix(sequences: readonly (readonly Token[])[]): number {
  const [first = [], ...rest] = sequences;
  let length = 0;
  while (length < first.length && rest.every((sequence) => sequence[length] === first[length])) length += 1;
  return length;
}

import type {
  ContinuationsAnswer,
  ContinuationsRequest,
  FinishReason,
  LettersAnswer,
  LettersRequest,
  TextAnswer,
  TextRequest,
} from "../../domain/answer.ts";
import { endsInThinking } from "../../domain/thinking.ts";
import { seededRandom } from "../../stats/random.ts";
import { BackendError } from "../backend.ts";
import { finishText } from "../finish-text.ts";
import { assertNoThinking } from "../letters.ts";
import { StopScanner } from "../stop-scanner.ts";
import { type Decoder, NOTHING_READ, type Past } from "./decoder.ts";
import { argmax, draw, logSumExp, type Row } from "./logits.ts";
import type { TextTokenizer } from "./text-tokenizer.ts";

/** Throws when the request isn't wanted any more; asked between passes, which can't be cut short. */
export type Checkpoint = () => void;

/**
 * Answers requests on one model, one at a time, each from an empty cache. A prompt is read in one pass and what follows token by token, also where
 * a given text is scored: quantized activations are scaled over a whole pass, so that a token read together with later ones counts otherwise
 * than the same token when it is written.
 */
export class Evaluator {
  readonly #decoder: Decoder;
  readonly #tokenizer: TextTokenizer;
  readonly #contextSize: number;
  readonly #chat: boolean;

  constructor(decoder: Decoder, tokenizer: TextTokenizer, options: { contextSize: number; chat: boolean }) {
    this.#decoder = decoder;
    this.#tokenizer = tokenizer;
    this.#contextSize = options.contextSize;
    this.#chat = options.chat;
  }

  /** Writes until the end token, a stop string or the token limit; greedy at temperature 0. */
  async text(request: TextRequest, check: Checkpoint): Promise<TextAnswer> {
    const start = performance.now();
    const prompt = this.#promptIds(request.prompt);
    this.#assertFits(
      prompt.length + request.maxTokens,
      `the prompt has ${prompt.length} tokens and the answer may have ${request.maxTokens}`,
    );
    const uniform = seededRandom(request.seed >>> 0);
    const next = (row: Row): number =>
      request.temperature === 0 ? argmax(row) : draw(row, request.temperature, uniform());
    const scanner = new StopScanner<number>(
      request.stop,
      (tokens, before) => this.#tokenizer.decode(tokens, before),
      prompt.slice(-8),
    );
    check();
    let { logits, past } = await this.#decoder.read(prompt, NOTHING_READ);
    const promptEnd = performance.now();
    let finish: FinishReason = "end";
    const tokens: number[] = [];
    for (;;) {
      check();
      const token = next(logits);
      if (this.#decoder.endIds.has(token)) break;
      tokens.push(token);
      if (scanner.push(token)) {
        finish = "stop";
        break;
      }
      if (tokens.length >= request.maxTokens) {
        finish = "length";
        break;
      }
      ({ logits, past } = await this.#decoder.read([token], past));
    }
    const end = performance.now();
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
  #withoutThinking(text: string, finish: FinishReason, tokens: readonly number[], request: TextRequest) {
    const written = { text: this.#tokenizer.decodeMarked(tokens), finish, template: this.#chat };
    const marked = finishText(written, request);
    return marked.reasoning === undefined ? { text, finish } : marked;
  }

  /** Log-probability of each letter as the next token, over the whole vocabulary; in a chat "A" and " A" both answer. */
  async letters(request: LettersRequest, check: Checkpoint): Promise<LettersAnswer> {
    const start = performance.now();
    const asked = this.#chat ? this.#tokenizer.renderChat(request.prompt).text : request.prompt;
    assertNoThinking({ thought: endsInThinking(asked), token: "" });
    const prompt = this.#promptIds(request.prompt);
    this.#assertFits(prompt.length, `the prompt has ${prompt.length} tokens`);
    const letters = request.letters.map((letter) => this.#letterIds(prompt, request.prompt, letter));
    check();
    const { logits } = await this.#decoder.read(prompt, NOTHING_READ);
    assertNoThinking({ thought: false, token: this.#tokenizer.decodeMarked([argmax(logits)]) });
    const total = logSumExp(logits);
    const wallMs = performance.now() - start;
    return {
      kind: "letters",
      logprobs: letters.map((ids) => Math.log(ids.reduce((sum, id) => sum + Math.exp((logits[id] ?? 0) - total), 0))),
      tokens: { prompt: prompt.length, completion: 0 },
      timings: { wallMs, promptMs: wallMs },
    };
  }

  /** Log-probability of each continuation; the prompt is read once, as long as a choice leaves its tokens as they are. */
  async continuations(request: ContinuationsRequest, check: Checkpoint): Promise<ContinuationsAnswer> {
    if (this.#chat)
      throw new BackendError({
        kind: "unsupported",
        message: "a chat scores no given text",
        hint: "use api: completions for tasks of continuation-logprob",
      });
    const start = performance.now();
    const prompt = this.#promptIds(request.prompt);
    const wholes = request.continuations.map((text) => this.#withContinuation(prompt, request.prompt, text));
    const longest = Math.max(...wholes.map(({ head, tail }) => head.length + tail.length));
    this.#assertFits(longest, `prompt and choice together have ${longest} tokens`);

    const heads = new Map<string, { readonly logits: Row; readonly past: Past }>();
    const logprobs: number[] = [];
    let promptMs = 0;
    for (const { head, tail } of wholes) {
      check();
      const key = head.join(" ");
      const before = performance.now();
      const read = heads.get(key) ?? (await this.#decoder.read(head, NOTHING_READ));
      promptMs += performance.now() - before;
      heads.set(key, read);
      let { logits, past } = read;
      let sum = 0;
      for (const [index, token] of tail.entries()) {
        sum += (logits[token] ?? Number.NEGATIVE_INFINITY) - logSumExp(logits);
        if (index < tail.length - 1) ({ logits, past } = await this.#decoder.read([token], past));
        check();
      }
      logprobs.push(sum);
    }
    const end = performance.now();
    return {
      kind: "continuations",
      logprobs,
      tokens: { prompt: prompt.length, completion: wholes.reduce((sum, { tail }) => sum + tail.length, 0) },
      timings: { wallMs: end - start, promptMs, decodeMs: end - start - promptMs },
    };
  }

  #promptIds(prompt: string): readonly number[] {
    return this.#chat ? this.#tokenizer.encodeChat(prompt) : this.#tokenizer.encode(prompt);
  }

  #letterIds(prompt: readonly number[], promptText: string, letter: string): readonly number[] {
    if (this.#chat) {
      const spellings = [letter.trim(), ` ${letter.trim()}`].map((text) => this.#tokenizer.encodeBare(text));
      const single = spellings.filter((ids) => ids.length === 1).flat();
      if (single.length > 0) return [...new Set(single)];
      throw severalTokens(letter, spellings[0]?.length ?? 0);
    }
    const { tail } = this.#withContinuation(prompt, promptText, letter);
    if (tail.length !== 1) throw severalTokens(letter, tail.length);
    return tail;
  }

  /**
   * Tokens of prompt and continuation read together, cut after as many as the prompt alone has (lm-evaluation-harness splits the same way).
   */
  #withContinuation(prompt: readonly number[], promptText: string, continuation: string) {
    const all = this.#tokenizer.encode(promptText + continuation);
    if (all.length <= prompt.length) {
      throw new BackendError({
        kind: "unsupported",
        message: `the choice "${continuation}" adds no token to the prompt, so it has no probability`,
      });
    }
    return { head: all.slice(0, prompt.length), tail: all.slice(prompt.length) };
  }

  #assertFits(tokens: number, what: string): void {
    // Past its positions a model goes on, and writes nonsense.
    if (tokens > this.#contextSize) {
      throw new BackendError({
        kind: "context-overflow",
        message: `${what}: that is ${tokens} of ${this.#contextSize} tokens of context`,
        hint: "raise contextSize of the backend (up to what the model was trained for), or lower maxTokens of the task",
      });
    }
  }
}

function severalTokens(letter: string, tokens: number): BackendError {
  return new BackendError({
    kind: "unsupported",
    message: `the label "${letter}" is ${tokens} tokens for this model, so it has no next-token probability`,
    hint: "use the protocol continuation-logprob or generated-letter for this task",
  });
}

import type {
  ContinuationsAnswer,
  ContinuationsRequest,
  FinishReason,
  LettersAnswer,
  LettersRequest,
  TextAnswer,
  TextRequest,
  Timings,
} from "../../domain/answer.ts";
import type { TgiConfig } from "../../spec/backend-schema.ts";
import { BackendError } from "../backend.ts";
import { sumContinuation } from "../echo.ts";
import { finishText } from "../finish-text.ts";
import type { HttpClient, JsonReply } from "../http/client.ts";
import { assertNoThinking, LetterTokens, lettersById, likeliest } from "../letters.ts";
import { parseReply } from "../parse-reply.ts";
import type { ServerAccess, ServerAnswers, ServerKind } from "../server-frame.ts";
import { identifyTgi } from "./identify.ts";
import { type GenerateReply, GenerateReplySchema, TokenizeReplySchema } from "./replies.ts";

const PREFILL_HINT =
  "start TGI with --enable-prefill-logprobs, or use letter-logprob or generated-letter for this task";
const FINISH: Readonly<Record<GenerateReply["details"]["finish_reason"], FinishReason>> = {
  eos_token: "end",
  stop_sequence: "stop",
  length: "length",
};

/**
 * text-generation-inference through its native `/generate`. Letters come from the first token's top n; continuations from the log-probabilities
 * of the input, one request a choice.
 */
export const tgi: ServerKind<TgiConfig> = {
  identify: identifyTgi,
  answers: (access) => new TgiAnswers(access),
};

class TgiAnswers implements ServerAnswers {
  readonly topK: number;
  readonly #client: HttpClient;
  readonly #extraBody: TgiConfig["extraBody"];
  readonly #letterTokens: LetterTokens;

  constructor({ client, config }: ServerAccess<TgiConfig>) {
    this.topK = config.topLogprobs;
    this.#client = client;
    this.#extraBody = config.extraBody;
    this.#letterTokens = new LetterTokens((text, signal) => this.#tokenize(text, signal));
  }

  async text(request: TextRequest, signal: AbortSignal): Promise<TextAnswer> {
    const { reply, promptTokens, timings } = await this.#ask(
      request.prompt,
      {
        max_new_tokens: request.maxTokens,
        stop: request.stop,
        seed: request.seed,
        // A temperature of 0 is refused; greedy decoding is asked for by not sampling.
        ...(request.temperature === 0 ? { do_sample: false } : { do_sample: true, temperature: request.temperature }),
      },
      signal,
    );
    const finish = FINISH[reply.details.finish_reason];
    return {
      kind: "text",
      ...finishText({ text: reply.generated_text, finish, template: false }, request),
      tokens: { prompt: promptTokens, completion: reply.details.generated_tokens },
      timings,
    };
  }

  async letters(request: LettersRequest, signal: AbortSignal): Promise<LettersAnswer> {
    const ids = await this.#letterTokens.ids(request.letters, signal);
    const { reply, promptTokens, timings } = await this.#ask(
      request.prompt,
      { max_new_tokens: 1, do_sample: false, top_n_tokens: this.topK },
      signal,
    );
    const position = reply.details.top_tokens?.[0];
    if (position === undefined)
      throw new BackendError({ kind: "unsupported", message: "TGI sent no top tokens: it ignored top_n_tokens" });
    const shown = position.flatMap(({ logprob, ...token }) => (logprob === null ? [] : [{ ...token, logprob }]));
    assertNoThinking({ thought: false, token: likeliest(shown) });
    return {
      kind: "letters",
      logprobs: lettersById(ids, shown),
      tokens: { prompt: promptTokens, completion: 0 },
      timings,
    };
  }

  async continuations(request: ContinuationsRequest, signal: AbortSignal): Promise<ContinuationsAnswer> {
    const prompt = await this.#tokenize(request.prompt, signal);
    const replies = [];
    for (const continuation of request.continuations) {
      const text = request.prompt + continuation;
      const { reply, timings } = await this.#ask(
        text,
        { max_new_tokens: 1, do_sample: false, decoder_input_details: true },
        signal,
      );
      const echo = reply.details.prefill.map((token) => ({ text: token.text, logprob: token.logprob ?? undefined }));
      replies.push({ logprob: sumContinuation(echo, text, prompt.length, PREFILL_HINT), tokens: echo.length, timings });
    }
    return {
      kind: "continuations",
      logprobs: replies.map(({ logprob }) => logprob),
      tokens: {
        prompt: prompt.length,
        completion: replies.reduce((sum, { tokens }) => sum + tokens - prompt.length, 0),
      },
      timings: { wallMs: replies.reduce((sum, { timings }) => sum + timings.wallMs, 0) },
    };
  }

  async #tokenize(text: string, signal: AbortSignal): Promise<number[]> {
    const { body } = await this.#client.post("/tokenize", { inputs: text }, signal);
    return parseReply(TokenizeReplySchema, body, "/tokenize").map(({ id }) => id);
  }

  async #ask(
    inputs: string,
    parameters: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<{ readonly reply: GenerateReply; readonly promptTokens: number; readonly timings: Timings }> {
    const answer = await this.#client.post(
      "/generate",
      { ...this.#extraBody, inputs, parameters: { ...parameters, details: true } },
      signal,
    );
    const promptTokens = headerNumber(answer, "x-prompt-tokens");
    if (promptTokens === undefined) {
      throw new BackendError({
        kind: "bad-response",
        message: "/generate: the header x-prompt-tokens is missing",
        hint: "does a proxy in front of TGI remove headers?",
      });
    }
    const queueMs = headerNumber(answer, "x-queue-time");
    return {
      reply: parseReply(GenerateReplySchema, answer.body, "/generate"),
      promptTokens,
      timings: { wallMs: answer.wallMs, ...(queueMs === undefined ? {} : { queueMs }) },
    };
  }
}

function headerNumber(reply: JsonReply, name: string): number | undefined {
  const value = reply.headers.get(name);
  return typeof value === "string" && /^\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

import type {
  FinishReason,
  LettersAnswer,
  LettersRequest,
  TextAnswer,
  TextRequest,
  Timings,
} from "../../domain/answer.ts";
import type { OllamaConfig } from "../../spec/backend-schema.ts";
import { BackendError } from "../backend.ts";
import { finishText } from "../finish-text.ts";
import type { HttpClient } from "../http/client.ts";
import { quoted } from "../http/excerpt.ts";
import { assertNoThinking, lettersByText, lettersTrimmed } from "../letters.ts";
import { parseReply } from "../parse-reply.ts";
import type { ServerAccess, ServerAnswers, ServerKind } from "../server-frame.ts";
import { identifyOllama } from "./identify.ts";
import { type GenerateReply, GenerateReplySchema } from "./replies.ts";

/** The most Ollama shows. */
const TOP = 20;

/**
 * Ollama through its native API. Letters come from the top 20 of the first token; continuations are not to be had, since Ollama scores no given
 * text.
 */
export const ollama: ServerKind<OllamaConfig> = {
  identify: identifyOllama,
  answers: (access) => new OllamaAnswers(access),
};

class OllamaAnswers implements ServerAnswers {
  readonly topK = TOP;
  readonly continuations = {
    why: "Ollama has no way to score a given continuation",
    hint: "use letter-logprob or generated-letter for this task, or serve the model with vLLM, TGI or llama-cpp",
  };
  readonly #client: HttpClient;
  readonly #model: string;
  readonly #config: OllamaConfig;

  constructor({ client, model, config }: ServerAccess<OllamaConfig>) {
    this.#client = client;
    this.#model = model;
    this.#config = config;
  }

  async text(request: TextRequest, signal: AbortSignal): Promise<TextAnswer> {
    const { reply, wallMs } = await this.#ask(
      request.prompt,
      {
        temperature: request.temperature,
        seed: request.seed,
        num_predict: request.maxTokens,
        ...(request.stop.length === 0 ? {} : { stop: request.stop }),
      },
      {},
      signal,
    );
    const finish = finishOf(reply.done_reason, (text) => this.#client.redact(text));
    return {
      kind: "text",
      ...finishText(
        { text: reply.response, finish, reasoning: reply.thinking, template: this.#config.api === "chat" },
        request,
      ),
      tokens: { prompt: reply.prompt_eval_count, completion: reply.eval_count },
      timings: timingsOf(reply, wallMs),
    };
  }

  async letters(request: LettersRequest, signal: AbortSignal): Promise<LettersAnswer> {
    const { reply, wallMs } = await this.#ask(
      request.prompt,
      { temperature: 0, seed: 0, num_predict: 1 },
      { logprobs: true, top_logprobs: TOP },
      signal,
    );
    const first = reply.logprobs?.[0];
    if (first === undefined) {
      throw new BackendError({
        kind: "unsupported",
        message: "Ollama sent no log-probabilities",
        hint: "they need Ollama 0.12.11 or newer; with older ones use the protocol generated-letter",
      });
    }
    assertNoThinking({ thought: (reply.thinking ?? "") !== "", token: first.token });
    const shown = first.top_logprobs.map(({ token, logprob }) => ({ text: token, logprob }));
    return {
      kind: "letters",
      logprobs:
        this.#config.api === "chat" ? lettersTrimmed(request.letters, shown) : lettersByText(request.letters, shown),
      tokens: { prompt: reply.prompt_eval_count, completion: 0 },
      timings: timingsOf(reply, wallMs),
    };
  }

  async #ask(
    prompt: string,
    options: Readonly<Record<string, unknown>>,
    extra: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<{ readonly reply: GenerateReply; readonly wallMs: number }> {
    const { body, wallMs } = await this.#client.post(
      "/api/generate",
      {
        ...this.#config.extraBody,
        model: this.#model,
        prompt,
        raw: this.#config.api === "completions",
        stream: false,
        // Without these a prompt that is too long is cut, or shifted out of the context, without a word.
        truncate: false,
        shift: false,
        keep_alive: this.#config.keepAlive,
        options: {
          ...optionsIn(this.#config.extraBody),
          ...options,
          num_ctx: this.#config.contextSize,
          repeat_penalty: 1,
          presence_penalty: 0,
          frequency_penalty: 0,
        },
        ...extra,
      },
      signal,
    );
    return { reply: parseReply(GenerateReplySchema, body, "/api/generate"), wallMs };
  }
}

/** Ollama's own settings, which a spec may add to. */
function optionsIn(extraBody: OllamaConfig["extraBody"]): Readonly<Record<string, unknown>> {
  const options = extraBody?.options;
  return typeof options === "object" && options !== null && !Array.isArray(options) ? options : {};
}

function finishOf(reason: string | undefined, redact: (text: string) => string): FinishReason {
  if (reason === "length") return "length";
  // Ollama says "stop" for the end token and for stop strings alike, and very old ones say nothing.
  if (reason === "stop" || reason === undefined) return "end";
  throw new BackendError({
    kind: "bad-response",
    retryable: true,
    message: `/api/generate: it ended for the reason "${quoted(reason, redact)}"`,
  });
}

function timingsOf(reply: GenerateReply, wallMs: number): Timings {
  return {
    wallMs,
    loadMs: reply.load_duration / 1e6,
    promptMs: reply.prompt_eval_duration / 1e6,
    decodeMs: reply.eval_duration / 1e6,
  };
}

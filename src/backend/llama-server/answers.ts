import type {
  FinishReason,
  LettersAnswer,
  LettersRequest,
  TextAnswer,
  TextRequest,
  Timings,
} from "../../domain/answer.ts";
import type { LlamaServerConfig } from "../../spec/backend-schema.ts";
import { BackendError } from "../backend.ts";
import { finishText } from "../finish-text.ts";
import type { HttpClient } from "../http/client.ts";
import { assertNoThinking, LetterTokens, lettersById, lettersByText, likeliest, type TopToken } from "../letters.ts";
import { parseReply } from "../parse-reply.ts";
import type { ServerAccess, ServerAnswers, ServerKind } from "../server-frame.ts";
import { asCrowded } from "./crowded.ts";
import { identifyLlamaServer, type LlamaServerFound } from "./identify.ts";
import { CompletionReplySchema, TokenizeSchema } from "./replies.ts";

type CompletionReply = ReturnType<typeof CompletionReplySchema.parse>;

/** Left no letter of a real model unshown. */
const MOST_SHOWN = 1000;

/**
 * llama.cpp's llama-server through its native `/completion`. Letters come from the likeliest first tokens, normalised over the whole vocabulary
 * before sampling. It scores no given text, so continuations are not to be had.
 */
export const llamaServer: ServerKind<LlamaServerConfig, LlamaServerFound> = {
  identify: identifyLlamaServer,
  answers: (access, { slots }) => new LlamaServerAnswers(access, slots),
};

class LlamaServerAnswers implements ServerAnswers {
  readonly topK: number;
  /** More than one request a slot would only wait in the server's queue. */
  readonly mostInFlight: number;
  readonly continuations = {
    why: "llama-server has no way to score a given continuation: it ignores or refuses echo",
    hint: "use letter-logprob or generated-letter for this task, or load the file with the backend llama-cpp",
  };
  readonly explain = asCrowded;
  readonly #client: HttpClient;
  readonly #extraBody: LlamaServerConfig["extraBody"];
  readonly #letterTokens: LetterTokens;

  constructor({ client, config }: ServerAccess<LlamaServerConfig>, slots: number) {
    this.topK = config.topLogprobs;
    this.mostInFlight = slots;
    this.#client = client;
    this.#extraBody = config.extraBody;
    this.#letterTokens = new LetterTokens(async (text, signal) => {
      const { body } = await client.post("/tokenize", { content: text, add_special: true }, signal);
      return parseReply(TokenizeSchema, body, "/tokenize").tokens;
    });
  }

  async text(request: TextRequest, signal: AbortSignal): Promise<TextAnswer> {
    const { reply, wallMs } = await this.#ask(
      {
        prompt: request.prompt,
        n_predict: request.maxTokens,
        temperature: request.temperature,
        seed: request.seed,
        stop: request.stop,
      },
      signal,
    );
    return {
      kind: "text",
      ...finishText({ text: reply.content, finish: finishOf(reply), template: false }, request),
      tokens: { prompt: reply.tokens_evaluated, completion: reply.tokens_predicted },
      timings: timingsOf(reply, wallMs),
    };
  }

  /** Where a letter is not among the tokens that are shown at first, the question is asked again for many more. */
  async letters(request: LettersRequest, signal: AbortSignal): Promise<LettersAnswer> {
    const few = await this.#lettersAmong(this.topK, request, signal);
    const more = few.shown >= this.topK && this.topK < MOST_SHOWN && few.answer.logprobs.includes("not-shown");
    if (!more) return few.answer;
    const { answer } = await this.#lettersAmong(MOST_SHOWN, request, signal);
    return { ...answer, timings: { ...answer.timings, wallMs: few.answer.timings.wallMs + answer.timings.wallMs } };
  }

  async #lettersAmong(
    topK: number,
    request: LettersRequest,
    signal: AbortSignal,
  ): Promise<{ readonly answer: LettersAnswer; readonly shown: number }> {
    const ids = await this.#letterTokens.ids(request.letters, signal);
    const { reply, wallMs } = await this.#ask(
      {
        prompt: request.prompt,
        n_predict: 1,
        temperature: 0,
        seed: 0,
        n_probs: topK,
        post_sampling_probs: false,
      },
      signal,
    );
    const position = reply.completion_probabilities?.[0];
    if (position === undefined)
      throw new BackendError({ kind: "unsupported", message: "llama-server sent no token probabilities" });
    const shown: TopToken[] = position.map((token) => ({ ...token, text: token.token }));
    assertNoThinking({ thought: false, token: likeliest(shown) });
    const answer: LettersAnswer = {
      kind: "letters",
      // Old builds show no ids.
      logprobs: shown.some(({ id }) => id !== undefined)
        ? lettersById(ids, shown)
        : lettersByText(request.letters, shown),
      tokens: { prompt: reply.tokens_evaluated, completion: 0 },
      timings: timingsOf(reply, wallMs),
    };
    return { answer, shown: shown.length };
  }

  async #ask(
    request: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<{ readonly reply: CompletionReply; readonly wallMs: number }> {
    const { body, wallMs } = await this.#client.post(
      "/completion",
      {
        ...this.#extraBody,
        ...request,
        stream: false,
        // A prompt taken from the cache is evaluated in other batches, and then the numbers move.
        cache_prompt: false,
        // The server may have been started with penalties; nothing but the temperature may touch the choice.
        samplers: ["temperature"],
        repeat_penalty: 1,
      },
      signal,
    );
    const reply = parseReply(CompletionReplySchema, body, "/completion");
    if (reply.truncated) {
      throw new BackendError({
        kind: "context-overflow",
        message: `llama-server cut the context: ${reply.tokens_evaluated} tokens of prompt and ${reply.tokens_predicted} of answer`,
        hint: "start it with a larger --ctx-size (it is shared among --parallel slots), or lower maxTokens of the task",
      });
    }
    return { reply, wallMs };
  }
}

function finishOf(reply: CompletionReply): FinishReason {
  if (reply.stop_type === "limit" || reply.stopped_limit === true) return "length";
  return reply.stop_type === "word" || reply.stopped_word === true ? "stop" : "end";
}

function timingsOf(reply: CompletionReply, wallMs: number): Timings {
  const { prompt_ms: promptMs, predicted_ms: decodeMs } = reply.timings;
  return {
    wallMs,
    ...(promptMs === undefined ? {} : { promptMs }),
    ...(decodeMs === undefined ? {} : { decodeMs }),
  };
}

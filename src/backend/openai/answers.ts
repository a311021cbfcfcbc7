import type {
  ContinuationsAnswer,
  ContinuationsRequest,
  LettersAnswer,
  LettersRequest,
  TextAnswer,
  TextRequest,
} from "../../domain/answer.ts";
import type { OpenAiConfig, OpenAiDialect } from "../../spec/backend-schema.ts";
import { BackendError } from "../backend.ts";
import { sumContinuation } from "../echo.ts";
import type { HttpClient, JsonReply } from "../http/client.ts";
import { assertNoThinking, LetterTokens, lettersByText, lettersTrimmed } from "../letters.ts";
import { asCrowded } from "../llama-server/crowded.ts";
import { parseReply } from "../parse-reply.ts";
import type { ServerAccess, ServerAnswers, ServerKind } from "../server-frame.ts";
import { fillUnshown } from "./fill-unshown.ts";
import { fixedParameters } from "./fixed-parameters.ts";
import { identifyOpenAi, type OpenAiFound } from "./identify.ts";
import { echoedTokens, firstPosition, withoutLogprobs } from "./logprobs.ts";
import { Manners } from "./manners.ts";
import { joinStream, type RawText, textAnswer, thinkingOf, tokenCounts, wholeText } from "./raw-text.ts";
import { ChatSchema, CompletionSchema, TokenizeSchema } from "./replies.ts";

const ECHO_HINT =
  "the server ignores or refuses echo: use letter-logprob or generated-letter for this task, or a server that scores prompts (vLLM, SGLang, TGI, llama-cpp)";
/** Servers that are known to score no given text. */
const WITHOUT_ECHO: readonly OpenAiDialect[] = ["llama-server", "lm-studio"];

/**
 * An OpenAI-compatible server. Which one it is decides about the details and is found by probing. `completions` sends raw prompts; `chat` lets the
 * server apply its template, and letters are then read from the first token of the answer: another protocol, recorded as `chat-first-token`.
 */
export const openai: ServerKind<OpenAiConfig, OpenAiFound> = {
  baseUrl: (url) => url.replace(/\/+(?=\?|$)/, "").replace(/\/v1(?=\?|$)/, ""),
  identify: identifyOpenAi,
  answers: (access, found) => new OpenAiAnswers(access, found),
};

class OpenAiAnswers implements ServerAnswers {
  readonly topK: number;
  readonly continuations: ServerAnswers["continuations"];
  readonly #client: HttpClient;
  readonly #config: OpenAiConfig;
  readonly #dialect: OpenAiDialect;
  readonly #letterTokens: LetterTokens;
  readonly #now: () => Date;
  readonly #manners = new Manners();
  readonly #chat: string;
  readonly #completions: string;
  #byId: boolean;
  /** Stands last where it is spread: a literal that goes on after a spread is a hundred times slower in V8. */
  readonly #fixed: Readonly<Record<string, unknown>>;

  constructor({ client, model, config, now }: ServerAccess<OpenAiConfig>, { dialect, root }: OpenAiFound) {
    this.#client = client;
    this.#config = config;
    this.#dialect = dialect;
    this.#now = now;
    this.#fixed = fixedParameters(dialect, model);
    this.#chat = `${root}/chat/completions`;
    this.#completions = `${root}/completions`;
    this.#byId = dialect === "vllm";
    // OpenAI's own completions API refuses more than 5; everyone's chat API and vLLM take 20.
    this.topK = config.topLogprobs ?? (dialect === "openai" && config.api === "completions" ? 5 : 20);
    const none = (why: string) => ({ why, hint: ECHO_HINT });
    if (config.api === "chat") this.continuations = none("chat APIs score no given text");
    else if (WITHOUT_ECHO.includes(dialect)) this.continuations = none(`${dialect} scores no given text`);
    else this.continuations = (request, signal) => this.#continuations(request, signal);
    this.#letterTokens = new LetterTokens(async (text, signal) => {
      const { body } = await client.post("/tokenize", { model, prompt: text }, signal);
      return parseReply(TokenizeSchema, body, "/tokenize").tokens;
    });
  }

  letters(request: LettersRequest, signal: AbortSignal): Promise<LettersAnswer> {
    return this.#config.api === "chat" ? this.#chatLetters(request, signal) : this.#letters(request, signal);
  }

  explain(error: unknown): unknown {
    return this.#dialect === "llama-server" ? asCrowded(error) : error;
  }

  async text(request: TextRequest, signal: AbortSignal): Promise<TextAnswer> {
    const chat = this.#config.api === "chat";
    const path = chat ? this.#chat : this.#completions;
    const body = {
      ...this.#config.extraBody,
      ...(chat ? { messages: [{ role: "user", content: request.prompt }] } : { prompt: request.prompt }),
      max_tokens: request.maxTokens,
      temperature: request.temperature,
      seed: request.seed,
      ...(request.stop.length === 0 ? {} : { stop: request.stop }),
      ...this.#fixed,
    };
    const answer = textAnswer(await this.#readText(path, body, signal), request, chat, path);
    const { prompt, completion } = answer.tokens;
    if (this.#dialect === "llama-server" && answer.finish === "length" && completion < request.maxTokens) {
      throw new BackendError({
        kind: "context-overflow",
        message: `llama-server ended at ${completion} of ${request.maxTokens} tokens of answer after ${prompt} of prompt: its context is full`,
        hint: "start it with a larger --ctx-size, or lower maxTokens of the task",
      });
    }
    return answer;
  }

  async #readText(path: string, body: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<RawText> {
    if (this.#config.stream) {
      const streamed = { ...body, stream: true, stream_options: { include_usage: true } };
      const reply = await this.#politely(streamed, async (question) =>
        // Without its options a stream does not tell how many tokens it had.
        "stream_options" in question ? this.#client.events(path, question, signal) : undefined,
      );
      if (reply !== undefined) return joinStream(reply, path, (words) => this.#client.redact(words), this.#now());
    }
    const reply = await this.#post(path, body, signal);
    return { ...wholeText(reply.body, this.#config.api === "chat", path), wallMs: reply.wallMs };
  }

  #post(path: string, body: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<JsonReply> {
    return this.#politely(body, (question) => this.#client.post(path, question, signal));
  }

  /** Asks, and asks again without what the server turns out to refuse. */
  async #politely<T>(
    question: Readonly<Record<string, unknown>>,
    send: (question: Readonly<Record<string, unknown>>) => Promise<T>,
  ): Promise<T> {
    for (;;) {
      const sent = this.#manners.adapt(question);
      try {
        return await send(sent);
      } catch (error) {
        if (!this.#manners.learn(error, sent)) throw error;
      }
    }
  }

  async #letters(request: LettersRequest, signal: AbortSignal): Promise<LettersAnswer> {
    const ids = this.#byId ? await this.#idsOf(request.letters, signal) : [];
    const byId = ids.length > 0;
    const path = this.#completions;
    const { body, wallMs } = await this.#post(
      path,
      {
        ...this.#config.extraBody,
        prompt: request.prompt,
        max_tokens: 1,
        temperature: 0,
        seed: 0,
        logprobs: this.topK,
        // Token texts lose their leading space in some tokenizers; ids lose nothing.
        ...(byId ? { return_tokens_as_token_ids: true } : {}),
        ...this.#fixed,
      },
      signal,
    );
    const reply = parseReply(CompletionSchema, body, path);
    const shown = firstPosition(reply, path);
    assertNoThinking({ thought: false, token: reply.choices[0]?.text ?? "" });
    const wanted = byId ? ids.map((id) => `token_id:${id}`) : request.letters;
    const { prompt } = tokenCounts(reply.usage, path);
    const answer: LettersAnswer = {
      kind: "letters",
      logprobs: lettersByText(wanted, shown),
      tokens: { prompt, completion: 0 },
      timings: { wallMs },
    };
    return byId ? fillUnshown(answer, request, (rest) => this.#continuations(rest, signal)) : answer;
  }

  /** A proxy may pass on no more than the common API; then letters are known by their texts. */
  async #idsOf(letters: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
    try {
      return await this.#letterTokens.ids(letters, signal);
    } catch (error) {
      if (!(error instanceof BackendError) || (error.status !== 404 && error.status !== 405)) throw error;
      this.#byId = false;
      return [];
    }
  }

  async #chatLetters(request: LettersRequest, signal: AbortSignal): Promise<LettersAnswer> {
    const path = this.#chat;
    const { body, wallMs } = await this.#post(
      path,
      {
        ...this.#config.extraBody,
        messages: [{ role: "user", content: request.prompt }],
        max_tokens: 1,
        temperature: 0,
        seed: 0,
        logprobs: true,
        top_logprobs: this.topK,
        ...this.#fixed,
      },
      signal,
    );
    const reply = parseReply(ChatSchema, body, path);
    const [choice] = reply.choices;
    const first = choice?.logprobs?.content?.[0];
    if (first === undefined) throw withoutLogprobs(path);
    const thought = choice?.message.content.text === "" && thinkingOf(choice.message) !== "";
    assertNoThinking({ thought, token: first.token });
    const { prompt } = tokenCounts(reply.usage, path);
    return {
      kind: "letters",
      logprobs: lettersTrimmed(
        request.letters,
        first.top_logprobs.map(({ token, logprob }) => ({ text: token, logprob })),
      ),
      tokens: { prompt, completion: 0 },
      timings: { wallMs },
    };
  }

  /** One request: the prompt alone, to count its tokens, and with each choice, each echoed with log-probabilities. */
  async #continuations(request: ContinuationsRequest, signal: AbortSignal): Promise<ContinuationsAnswer> {
    const path = this.#completions;
    const texts = request.continuations.map((continuation) => request.prompt + continuation);
    const { body, wallMs } = await this.#post(
      path,
      {
        ...this.#config.extraBody,
        prompt: [request.prompt, ...texts],
        max_tokens: 1,
        temperature: 0,
        seed: 0,
        logprobs: 1,
        echo: true,
        ...this.#fixed,
      },
      signal,
    );
    const { choices } = parseReply(CompletionSchema, body, path);
    const [alone, ...echoes] = [...choices].sort((a, b) => a.index - b.index).map(echoedTokens);
    if (alone === undefined || echoes.length !== texts.length)
      throw new BackendError({
        kind: "unsupported",
        message: `${path}: ${choices.length} answers to ${texts.length + 1} prompts in one request`,
        hint: ECHO_HINT,
      });
    const prompt = alone.length;
    const logprobs = texts.map((text, index) => sumContinuation(echoes[index] ?? [], text, prompt, ECHO_HINT));
    const completion = echoes.reduce((sum, echo) => sum + echo.length - prompt, 0);
    return { kind: "continuations", logprobs, tokens: { prompt, completion }, timings: { wallMs } };
  }
}

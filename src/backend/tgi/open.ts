import type {
  AnswerOf,
  BackendAnswer,
  BackendRequest,
  ContinuationsAnswer,
  ContinuationsRequest,
  FinishReason,
  LettersAnswer,
  LettersRequest,
  TextAnswer,
  TextRequest,
  Timings,
} from "../../domain/answer.ts";
import type { VariantIdentity } from "../../domain/record.ts";
import type { TgiConfig } from "../../spec/backend-schema.ts";
import { type BackendCapabilities, BackendError } from "../backend.ts";
import { sumContinuation } from "../echo.ts";
import { endAtStop, separateReasoning } from "../finish-text.ts";
import type { HttpClient, JsonReply } from "../http/client.ts";
import { mostInFlight, openClient, withoutSlash } from "../http/open-client.ts";
import { LetterTokens, lettersById } from "../letters.ts";
import { parseReply } from "../parse-reply.ts";
import type { BackendDeps, ServerBackend } from "../server-backend.ts";
import { type GenerateReply, GenerateReplySchema, InfoSchema, TokenizeReplySchema } from "./replies.ts";

const PREFILL_HINT =
  "start TGI with --enable-prefill-logprobs, or use letter-logprob or generated-letter for this task";
const FINISH: Readonly<Record<GenerateReply["details"]["finish_reason"], FinishReason>> = {
  eos_token: "end",
  stop_sequence: "stop",
  length: "length",
};

/**
 * Opens a text-generation-inference server through its native `/generate`. Letters come from the first token's top n; continuations from
 * the log-probabilities of the input, one request a choice. Throws `BackendError` when server or model isn't there.
 */
export async function openTgi(
  model: string,
  config: TgiConfig,
  signal: AbortSignal,
  deps: BackendDeps,
): Promise<ServerBackend> {
  const client = await openClient(config, withoutSlash(config.url), deps);
  try {
    return new TgiBackend(client, model, config, await identifyTgi(client, model, signal));
  } catch (error) {
    client.close();
    throw error;
  }
}

async function identifyTgi(client: HttpClient, model: string, signal: AbortSignal): Promise<VariantIdentity> {
  const info = parseReply(InfoSchema, (await client.get("/info", signal)).body, "/info");
  if (info.model_id !== model) {
    throw new BackendError({
      kind: "model-missing",
      message: `TGI serves ${info.model_id}, not "${model}"`,
      hint: "name the model id that the server was started with",
    });
  }
  const sha = info.model_sha ?? "";
  return {
    ...(sha === "" ? {} : { weightsDigest: `${/^sha256:/.test(sha) ? "" : "git:"}${sha}` }),
    build: `text-generation-inference ${info.version}${info.sha == null ? "" : ` (${info.sha.slice(0, 12)})`}`,
    settings: {
      server: "tgi",
      api: "generate",
      model: info.model_id,
      ...(info.max_total_tokens === undefined ? {} : { contextSize: info.max_total_tokens }),
      chatTemplate: "none (raw prompts)",
    },
    metadata: {
      ...(info.max_total_tokens === undefined ? {} : { contextLength: info.max_total_tokens }),
      ...(info.model_dtype == null ? {} : { quantization: info.model_dtype.replace(/^torch\./, "") }),
    },
  };
}

class TgiBackend implements ServerBackend {
  readonly loadMs = 0;
  readonly identity: VariantIdentity;
  readonly capabilities: BackendCapabilities;
  readonly concurrency: number;
  readonly #client: HttpClient;
  readonly #model: string;
  readonly #config: TgiConfig;
  readonly #letterTokens: LetterTokens;

  constructor(client: HttpClient, model: string, config: TgiConfig, identity: VariantIdentity) {
    this.#client = client;
    this.#model = model;
    this.#config = config;
    this.identity = identity;
    this.capabilities = { text: true, letters: { topK: config.topLogprobs }, continuations: true, seed: true };
    this.concurrency = mostInFlight(config);
    this.#letterTokens = new LetterTokens((text, signal) => this.#tokenize(text, signal));
  }

  identify(signal: AbortSignal): Promise<VariantIdentity> {
    return identifyTgi(this.#client, this.#model, signal);
  }

  async generate<R extends BackendRequest>(request: R, signal: AbortSignal): Promise<AnswerOf<R>> {
    return (await this.#answer(request, signal)) as AnswerOf<R>;
  }

  recall(): void {
    this.#client.recall();
  }

  async close(): Promise<void> {
    this.#client.close();
  }

  #answer(request: BackendRequest, signal: AbortSignal): Promise<BackendAnswer> {
    switch (request.kind) {
      case "text":
        return this.#text(request, signal);
      case "letters":
        return this.#letters(request, signal);
      case "continuations":
        return this.#continuations(request, signal);
    }
  }

  async #text(request: TextRequest, signal: AbortSignal): Promise<TextAnswer> {
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
    const answer = separateReasoning(reply.generated_text, false);
    return {
      kind: "text",
      ...answer,
      ...endAtStop(answer.text, FINISH[reply.details.finish_reason], request.stop),
      tokens: { prompt: promptTokens, completion: reply.details.generated_tokens },
      timings,
    };
  }

  async #letters(request: LettersRequest, signal: AbortSignal): Promise<LettersAnswer> {
    const ids = await this.#letterTokens.ids(request.letters, signal);
    const { reply, promptTokens, timings } = await this.#ask(
      request.prompt,
      { max_new_tokens: 1, do_sample: false, top_n_tokens: this.#config.topLogprobs },
      signal,
    );
    const position = reply.details.top_tokens?.[0];
    if (position === undefined)
      throw new BackendError({ kind: "unsupported", message: "TGI sent no top tokens: it ignored top_n_tokens" });
    const shown = position.flatMap(({ logprob, ...token }) => (logprob === null ? [] : [{ ...token, logprob }]));
    return {
      kind: "letters",
      logprobs: lettersById(ids, shown),
      tokens: { prompt: promptTokens, completion: 0 },
      timings,
    };
  }

  async #continuations(request: ContinuationsRequest, signal: AbortSignal): Promise<ContinuationsAnswer> {
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
      { inputs, parameters: { ...parameters, details: true } },
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

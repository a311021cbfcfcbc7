import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { Position, ScoredToken } from "../../backend/llama-cpp/token-model.ts";
import { bytesOf, type Completer, type Completion, number, stops, text } from "../complete.ts";
import type { Reply, Routes } from "../http.ts";
import type { FakeOptions } from "../options.ts";

const BUILD = "b7406-ea1f9ad4";

/**
 * llama-server's native API and its completions route as tools/server/README.md and tools/server/server-task.cpp of
 * github.com/ggml-org/llama.cpp show them. It scores no prompt: `echo` is refused, or ignored when it is told to lie.
 */
export async function llamaServerRoutes(completer: Completer, options: FakeOptions): Promise<Routes> {
  const { size } = await stat(options.model);
  const { metadata } = completer.model.identity;
  const modelPath = options.claimQuantization === undefined ? resolve(options.model) : `/models/${options.name}.gguf`;
  const settings = {
    n_ctx: options.contextSize,
    n_predict: -1,
    seed: 4294967295,
    temperature: 0.8,
    top_k: 40,
    n_probs: 0,
  };

  const complete = async (body: Readonly<Record<string, unknown>>, top: number): Promise<Completion | Reply> => {
    const prompt = text(body.prompt) ?? "";
    const tokens = completer.idsOf(prompt).length;
    if (tokens >= options.contextSize) {
      const message = `the request exceeds the available context size (${options.contextSize} tokens), try increasing it`;
      return failed(400, message, "exceed_context_size_error", { n_prompt_tokens: tokens, n_ctx: options.contextSize });
    }
    const asked = number(body.n_predict) ?? number(body.max_tokens) ?? -1;
    const room = options.contextSize - tokens;
    return completer.complete({
      prompt,
      maxTokens: asked < 0 ? room : Math.min(asked, room),
      stop: stops(body.stop),
      top: completer.lies.ignoreLogprobs ? 0 : Math.min(top, options.maxTop ?? top),
    });
  };

  return {
    "GET /health": { answers: false, handle: () => ok({ status: "ok" }) },
    "GET /props": {
      answers: false,
      handle: () =>
        ok({
          default_generation_settings: {
            id: 0,
            id_task: -1,
            n_ctx: options.contextSize,
            speculative: false,
            params: settings,
          },
          total_slots: 2,
          model_alias: options.name,
          model_path: modelPath,
          modalities: { vision: false, audio: false },
          chat_template: "{{ messages[0].content }}",
          bos_token: completer.model.textOf(completer.model.tokenize("")[0] ?? 0),
          eos_token: "",
          build_info: BUILD,
          is_sleeping: false,
        }),
    },
    "GET /v1/models": {
      answers: false,
      handle: () =>
        ok({
          models: [{ name: options.name, model: options.name, type: "model", capabilities: ["completion"] }],
          object: "list",
          data: [
            {
              id: options.name,
              object: "model",
              created: 0,
              owned_by: "llamacpp",
              meta: {
                vocab_type: 2,
                n_vocab: metadata.vocabularySize,
                n_ctx_train: metadata.contextLength,
                n_embd: metadata.embeddingLength,
                n_params: metadata.parameters,
                size,
              },
            },
          ],
        }),
    },
    "POST /tokenize": {
      answers: true,
      handle: (body) => {
        const ids = completer.model.tokenize(text(body.content) ?? "");
        const hasBegin = completer.model.tokenize("").length > 0;
        const tokens = body.add_special === true || !hasBegin ? ids : ids.slice(1);
        return ok({ tokens });
      },
    },
    "POST /completion": {
      answers: true,
      handle: async (body) => {
        const completion = await complete(body, number(body.n_probs) ?? 0);
        return "status" in completion ? completion : ok(native(completion, body, basename(modelPath), settings));
      },
    },
    "POST /v1/completions": {
      answers: true,
      handle: async (body) => {
        if (body.echo === true && !completer.lies.ignoreEcho)
          return failed(500, "Only no echo is supported", "server_error");
        if (Array.isArray(body.prompt))
          return failed(400, "this fake takes one prompt a request", "invalid_request_error");
        const completion = await complete(body, number(body.logprobs) ?? 0);
        if ("status" in completion) return completion;
        const reply = openAi(completion, options.name);
        if (body.stream !== true) return ok(reply);
        return { status: 200, contentType: "text/event-stream", chunks: streamed(reply, completion) };
      },
    },
  };
}

function native(
  completion: Completion,
  body: Readonly<Record<string, unknown>>,
  model: string,
  settings: Readonly<Record<string, unknown>>,
) {
  return {
    index: 0,
    content: completion.text,
    tokens: [],
    id_slot: 0,
    stop: true,
    model,
    tokens_predicted: completion.ids.length,
    tokens_evaluated: completion.promptIds.length,
    generation_settings: { ...settings, seed: body.seed, temperature: body.temperature },
    prompt: body.prompt,
    has_new_line: completion.text.includes("\n"),
    truncated: false,
    stop_type: { end: "eos", stop: "word", length: "limit" }[completion.finish],
    stopping_word: completion.stoppedBy ?? "",
    tokens_cached: completion.promptIds.length + completion.ids.length - 1,
    timings: timingsOf(completion),
    ...(completion.positions.length === 0
      ? {}
      : { completion_probabilities: completion.positions.map(probabilitiesOf) }),
  };
}

function openAi(completion: Completion, model: string) {
  return {
    choices: [
      {
        text: completion.text,
        index: 0,
        logprobs: completion.positions.length === 0 ? null : { content: completion.positions.map(probabilitiesOf) },
        finish_reason: completion.finish === "length" ? "length" : "stop",
      },
    ],
    created: Math.floor(Date.now() / 1000),
    model,
    system_fingerprint: BUILD,
    object: "text_completion",
    usage: {
      completion_tokens: completion.ids.length,
      prompt_tokens: completion.promptIds.length,
      total_tokens: completion.ids.length + completion.promptIds.length,
    },
    id: "chatcmpl-fake",
    timings: timingsOf(completion),
  };
}

function streamed(reply: ReturnType<typeof openAi>, completion: Completion): string[] {
  const { usage, timings, ...head } = reply;
  const chunk = (choices: unknown[], extra = {}): string =>
    `data: ${JSON.stringify({ ...head, choices, ...extra })}\n\n`;
  return [
    ...[...completion.text].map((text) => chunk([{ text, index: 0, logprobs: null, finish_reason: null }])),
    chunk([{ text: "", index: 0, logprobs: null, finish_reason: reply.choices[0]?.finish_reason }]),
    chunk([], { usage, timings }),
    "data: [DONE]\n\n",
  ];
}

function timingsOf({ promptIds, ids, promptMs, decodeMs }: Completion) {
  return {
    cache_n: 0,
    prompt_n: promptIds.length,
    prompt_ms: promptMs,
    prompt_per_token_ms: promptMs / promptIds.length,
    prompt_per_second: (promptIds.length * 1000) / promptMs,
    predicted_n: ids.length,
    predicted_ms: decodeMs,
    predicted_per_token_ms: decodeMs / ids.length,
    predicted_per_second: decodeMs === 0 ? 0 : (ids.length * 1000) / decodeMs,
  };
}

function probabilitiesOf({ token, top }: Position) {
  return { ...tokenOf(token), top_logprobs: top.map(tokenOf) };
}

function tokenOf({ id, text: token, logprob }: ScoredToken) {
  return { id, token, bytes: bytesOf(token), logprob };
}

function ok(json: unknown): Reply {
  return { status: 200, json, headers: { "content-type": "application/json; charset=utf-8" } };
}

function failed(code: number, message: string, type: string, extra: Readonly<Record<string, unknown>> = {}): Reply {
  return { status: code, json: { error: { code, message, type, ...extra } } };
}

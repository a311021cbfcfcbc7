import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type Completer, number, stops, text } from "../complete.ts";
import type { Reply, Routes } from "../http.ts";
import type { FakeOptions } from "../options.ts";
import {
  type Answered,
  type Body,
  BUILD,
  choiceOf,
  native,
  SETTINGS,
  streamed,
  tailOf,
} from "./llama-server-replies.ts";

const NO_DETAILS = {
  parent_model: "",
  format: "gguf",
  family: "",
  families: [""],
  parameter_size: "",
  quantization_level: "",
};

/**
 * llama-server's native API and its completions route, field for field as build b11669 (Debian's package 0.7.0+dfsg-2) answers;
 * tools/server/README.md of github.com/ggml-org/llama.cpp says what the fields mean. It scores no prompt: `echo` is ignored without a word.
 */
export async function llamaServerRoutes(completer: Completer, options: FakeOptions): Promise<Routes> {
  const { size } = await stat(options.model);
  const { metadata } = completer.model.identity;
  const modelPath = options.claimQuantization === undefined ? resolve(options.model) : `/models/${options.name}.gguf`;
  const fileType = fileTypeOf(options.claimQuantization ?? metadata.quantization ?? "unknown, may not work");

  const complete = async (body: Body, prompt: string, top: number): Promise<Answered | Reply> => {
    const tokens = completer.idsOf(prompt).length;
    if (tokens >= options.contextSize) {
      const message = `request (${tokens} tokens) exceeds the available context size (${options.contextSize} tokens), try increasing it`;
      return failed(400, message, "exceed_context_size_error", { n_prompt_tokens: tokens, n_ctx: options.contextSize });
    }
    const asked = number(body.n_predict) ?? number(body.max_tokens) ?? -1;
    const room = options.contextSize - tokens;
    const completion = await completer.complete({
      prompt,
      maxTokens: asked < 0 ? room : Math.min(asked, room),
      stop: stops(body.stop),
      top: completer.lies.ignoreLogprobs ? 0 : Math.min(top, options.maxTop ?? top),
    });
    return { ...completion, truncated: completion.finish === "length" && (asked < 0 || asked > room) };
  };

  return {
    "GET /health": { answers: false, handle: () => ok({ status: "ok" }) },
    "GET /props": {
      answers: false,
      handle: () =>
        ok({
          default_generation_settings: {
            params: { ...SETTINGS, reasoning_format: "none" },
            n_ctx: options.contextSize,
          },
          total_slots: 2,
          model_alias: options.name,
          model_ftype: fileType,
          model_path: modelPath,
          modalities: { vision: false, video: false, audio: false },
          media_marker: "<__media_fake__>",
          endpoint_slots: true,
          endpoint_props: false,
          endpoint_metrics: false,
          ui: true,
          ui_settings: {},
          chat_template: "{{ messages[0].content }}",
          chat_template_caps: { supports_string_content: true, supports_system_role: false, supports_tools: false },
          bos_token: completer.model.textOf(completer.model.tokenize("")[0] ?? 0),
          eos_token: "",
          build_info: BUILD,
          is_sleeping: false,
          cors_proxy_enabled: false,
        }),
    },
    "GET /slots": {
      answers: false,
      handle: () =>
        ok([0, 1].map((id) => ({ id, n_ctx: options.contextSize, speculative: false, is_processing: false }))),
    },
    "GET /v1/models": {
      answers: false,
      handle: () =>
        ok({
          models: [
            {
              name: options.name,
              model: options.name,
              modified_at: "",
              size: "",
              digest: "",
              type: "model",
              description: "",
              tags: [""],
              capabilities: ["completion"],
              parameters: "",
              details: { ...NO_DETAILS },
            },
          ],
          object: "list",
          data: [
            {
              id: options.name,
              aliases: [options.name],
              tags: [],
              object: "model",
              architecture: { input_modalities: ["text"], output_modalities: ["text"] },
              created: 0,
              owned_by: "llamacpp",
              meta: {
                vocab_type: 2,
                n_vocab: metadata.vocabularySize,
                n_ctx: options.contextSize,
                n_ctx_train: metadata.contextLength,
                n_embd: metadata.embeddingLength,
                n_params: metadata.parameters,
                size,
                ftype: fileType,
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
        const prompt = text(body.prompt);
        if (prompt === undefined)
          return failed(400, "[json.exception.out_of_range.403] key 'prompt' not found", "invalid_request_error");
        const completion = await complete(body, prompt, number(body.n_probs) ?? 0);
        return "status" in completion ? completion : ok(native(completer.model, completion, body, options.name));
      },
    },
    "POST /v1/completions": {
      answers: true,
      handle: async (body) => {
        const prompts = Array.isArray(body.prompt) ? body.prompt.map(String) : [text(body.prompt) ?? ""];
        const completions: Answered[] = [];
        for (const prompt of prompts) {
          const completion = await complete(body, prompt, number(body.logprobs) ?? 0);
          if ("status" in completion) return completion;
          completions.push(completion);
        }
        const [first] = completions;
        if (first === undefined) return failed(400, '"prompt" must not be empty', "invalid_request_error");
        const choices = completions.map((completion, index) => choiceOf(completer.model, completion, index));
        const { usage, timings, ...head } = tailOf(first, options.name);
        if (body.stream !== true) return ok({ choices, ...head, usage, timings });
        return { status: 200, contentType: "text/event-stream", chunks: streamed(head, first, { usage, timings }) };
      },
    },
  };
}

/** llama.cpp's words for a quantization: `Q4_K - Medium` for Q4_K_M. */
function fileTypeOf(quantization: string): string {
  if (quantization === "Q2_K") return "Q2_K - Medium";
  const size = { S: "Small", M: "Medium", L: "Large" }[/^Q\d_K_([SML])$/.exec(quantization)?.[1] ?? ""];
  return size === undefined ? quantization : `${quantization.slice(0, -2)} - ${size}`;
}

function ok(json: unknown): Reply {
  return { status: 200, json, headers: { "content-type": "application/json; charset=utf-8" } };
}

function failed(code: number, message: string, type: string, extra: Readonly<Record<string, unknown>> = {}): Reply {
  return { status: code, json: { error: { code, message, type, ...extra } } };
}

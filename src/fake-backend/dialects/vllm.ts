import { type Completer, number, stops, text } from "../complete.ts";
import type { Reply, Routes } from "../http.ts";
import type { FakeOptions } from "../options.ts";
import { chatCompletion, contentOf } from "./vllm-chat.ts";
import { completions } from "./vllm-completions.ts";
import { type Body, failed, ok } from "./vllm-replies.ts";

const VERSION = "0.11.2";
const MAX_TOP = 20;

/**
 * vLLM's OpenAI-compatible API as vllm/entrypoints/openai/completion/{protocol,serving}.py of github.com/vllm-project/vllm shows it: nulls
 * are written out, echo puts the prompt's tokens before the generated ones, and the first of them has no log-probability.
 */
export function vllmRoutes(completer: Completer, options: FakeOptions): Routes {
  return {
    "GET /health": { answers: false, handle: () => ({ status: 200, chunks: [""], contentType: "text/plain" }) },
    "GET /version": { answers: false, handle: () => ok({ version: VERSION }) },
    "GET /v1/models": {
      answers: false,
      handle: () =>
        ok({
          object: "list",
          data: [
            {
              id: options.name,
              object: "model",
              created: 0,
              owned_by: "vllm",
              root: options.name,
              parent: null,
              max_model_len: options.contextSize,
              permission: [{ id: "modelperm-fake", object: "model_permission", allow_logprobs: true }],
            },
          ],
        }),
    },
    "POST /tokenize": {
      answers: true,
      handle: (body) => {
        const ids = completer.model.tokenize(text(body.prompt) ?? "");
        return ok({ count: ids.length, max_model_len: options.contextSize, tokens: ids, token_strs: null });
      },
    },
    "POST /v1/completions": {
      answers: true,
      handle: async (body) => {
        const prompts = stops(body.prompt);
        return refused(body, prompts, completer, options) ?? (await completions(completer, options, body, prompts));
      },
    },
    "POST /v1/chat/completions": {
      answers: true,
      handle: async (body) => {
        const prompt = contentOf(body.messages);
        return refused(body, [prompt], completer, options) ?? (await chatCompletion(completer, options, body, prompt));
      },
    },
  };
}

/** What vLLM says to a request that it doesn't take: another model, too many log-probabilities, or more tokens than it holds. */
function refused(
  body: Body,
  prompts: readonly string[],
  completer: Completer,
  options: FakeOptions,
): Reply | undefined {
  if (body.model !== undefined && body.model !== options.name)
    return failed(404, `The model \`${String(body.model)}\` does not exist.`, "NotFoundError", "model");
  const top = number(body.logprobs) ?? number(body.top_logprobs) ?? 0;
  const maxTop = options.maxTop ?? MAX_TOP;
  if (top > maxTop)
    return failed(
      400,
      `Requested sample logprobs of ${top}, which is greater than max allowed: ${maxTop}`,
      "BadRequestError",
      "logprobs",
    );
  for (const prompt of prompts) {
    const tokens = completer.idsOf(prompt).length;
    const asked = number(body.max_tokens) ?? 16;
    if (tokens + asked > options.contextSize) {
      const message = `This model's maximum context length is ${options.contextSize} tokens. However, you requested ${tokens + asked} tokens (${tokens} in the prompt, ${asked} in the completion). Please reduce the length of the prompt or the completion.`;
      return failed(400, message, "BadRequestError", null);
    }
  }
  return undefined;
}

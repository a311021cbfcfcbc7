import type { Position, ScoredToken } from "../../backend/llama-cpp/token-model.ts";
import { bytesOf, type Completer, type Completion, number, stops, text } from "../complete.ts";
import type { Reply, Routes } from "../http.ts";
import type { FakeOptions } from "../options.ts";

const VERSION = "0.11.2";
const MAX_TOP = 20;
const LOWEST = -9999;

type Body = Readonly<Record<string, unknown>>;

/**
 * vLLM's OpenAI-compatible API as vllm/entrypoints/openai/completion/{protocol,serving}.py of github.com/vllm-project/vllm shows it: nulls
 * are written out, echo puts the prompt's tokens before the generated ones, and the first of them has no log-probability.
 */
export function vllmRoutes(completer: Completer, options: FakeOptions): Routes {
  const check = (body: Body, prompts: readonly string[]): Reply | undefined => {
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
  };

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
        const problem = check(body, prompts);
        if (problem !== undefined) return problem;
        const answers = [];
        for (const prompt of prompts) answers.push(await answerOne(completer, body, prompt, answers.length));
        const usage = usageOf(answers.map(({ completion }) => completion));
        const head = {
          id: "cmpl-fake",
          object: "text_completion",
          created: Math.floor(Date.now() / 1000),
          model: options.name,
        };
        const [first] = answers;
        if (body.stream === true && first !== undefined)
          return {
            status: 200,
            contentType: "text/event-stream; charset=utf-8",
            chunks: streamed(head, first, usage, body),
          };
        return ok({
          ...head,
          choices: answers.map(({ choice }) => choice),
          service_tier: null,
          system_fingerprint: null,
          usage,
          kv_transfer_params: null,
        });
      },
    },
    "POST /v1/chat/completions": {
      answers: true,
      handle: async (body) => {
        const prompt = contentOf(body.messages);
        const problem = check(body, [prompt]);
        if (problem !== undefined) return problem;
        const wants = body.logprobs === true && !completer.lies.ignoreLogprobs;
        const top = number(body.top_logprobs) ?? 0;
        const completion = await completer.complete({
          prompt,
          maxTokens: number(body.max_tokens) ?? options.contextSize,
          stop: stops(body.stop),
          top: wants ? Math.max(1, top) : 0,
        });
        const head = { id: "chatcmpl-fake", created: Math.floor(Date.now() / 1000), model: options.name };
        const usage = usageOf([completion]);
        if (body.stream === true) {
          const pieces = [...completion.text].map((content) => ({
            index: 0,
            delta: { content },
            logprobs: null,
            finish_reason: null,
          }));
          const last = {
            index: 0,
            delta: { content: "" },
            logprobs: null,
            finish_reason: finishOf(completion),
            stop_reason: completion.stoppedBy ?? null,
          };
          const chunk = { ...head, object: "chat.completion.chunk" };
          const start = { index: 0, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null };
          const events = [start, ...pieces, last].map((choice) => ({ ...chunk, choices: [choice] }));
          const ending = wantsUsage(body) ? [{ ...chunk, choices: [], usage }] : [];
          return {
            status: 200,
            contentType: "text/event-stream; charset=utf-8",
            chunks: asEvents([...events, ...ending]),
          };
        }
        return ok({
          ...head,
          object: "chat.completion",
          choices: [
            {
              index: 0,
              message: {
                role: "assistant",
                content: completion.text,
                refusal: null,
                annotations: null,
                audio: null,
                function_call: null,
                tool_calls: [],
                reasoning: null,
                reasoning_content: null,
              },
              logprobs: wants ? { content: completion.positions.map((position) => chatLogprob(position, top)) } : null,
              finish_reason: finishOf(completion),
              stop_reason: completion.stoppedBy ?? null,
              token_ids: null,
            },
          ],
          service_tier: null,
          system_fingerprint: null,
          usage,
          prompt_logprobs: null,
          prompt_token_ids: null,
          kv_transfer_params: null,
        });
      },
    },
  };
}

async function answerOne(completer: Completer, body: Body, prompt: string, index: number) {
  const wants = number(body.logprobs) !== undefined && !completer.lies.ignoreLogprobs;
  const top = wants ? (number(body.logprobs) ?? 0) : 0;
  const echoes = body.echo === true && !completer.lies.ignoreEcho;
  const completion = await completer.complete({
    prompt,
    maxTokens: number(body.max_tokens) ?? 16,
    stop: stops(body.stop),
    top: wants ? Math.max(1, top) : 0,
  });
  const echoed = echoes && wants ? await completer.echo(prompt, Math.max(1, top)) : undefined;
  const byId = body.return_tokens_as_token_ids === true;
  const choice = {
    index,
    text: (echoes ? prompt : "") + completion.text,
    logprobs: wants ? completionLogprobs(completer, echoed, completion, top, byId) : null,
    finish_reason: finishOf(completion),
    stop_reason: completion.stoppedBy ?? null,
    token_ids: null,
    prompt_logprobs: null,
    prompt_token_ids: null,
  };
  return { completion, choice };
}

function completionLogprobs(
  { model }: Completer,
  echoed: { readonly ids: readonly number[]; readonly positions: readonly Position[] } | undefined,
  completion: Completion,
  top: number,
  byId: boolean,
) {
  const name = (token: Pick<ScoredToken, "id" | "text">): string => (byId ? `token_id:${token.id}` : token.text);
  const first = echoed?.ids[0];
  const head = first === undefined ? [] : [{ id: first, text: model.textOf(first) }];
  const positions = [...(echoed?.positions ?? []), ...completion.positions];
  const tokens = [...head, ...positions.map(({ token }) => token)].map(name);
  let offset = 0;
  const offsets = tokens.map((token) => {
    const at = offset;
    offset += token.length;
    return at;
  });
  return {
    text_offset: offsets,
    token_logprobs: [...head.map(() => null), ...positions.map(({ token }) => Math.max(LOWEST, token.logprob))],
    tokens,
    top_logprobs: [
      ...head.map(() => null),
      // The token that stands there comes first, and is there even when it is not among the likeliest.
      ...positions.map((position) =>
        Object.fromEntries(
          [position.token, ...position.top.slice(0, top)].map((token) => [
            name(token),
            Math.max(LOWEST, token.logprob),
          ]),
        ),
      ),
    ],
  };
}

function streamed(
  head: Readonly<Record<string, unknown>>,
  { completion }: { readonly completion: Completion },
  usage: unknown,
  body: Body,
): string[] {
  const piece = (value: string, finish: string | null, stop: string | null) => ({
    ...head,
    choices: [
      {
        index: 0,
        text: value,
        logprobs: null,
        finish_reason: finish,
        stop_reason: stop,
        prompt_token_ids: null,
        token_ids: null,
      },
    ],
    usage: null,
  });
  const pieces = [...completion.text].map((value) => piece(value, null, null));
  const last = piece("", finishOf(completion), completion.stoppedBy ?? null);
  return asEvents([...pieces, last, ...(wantsUsage(body) ? [{ ...head, choices: [], usage }] : [])]);
}

function asEvents(documents: readonly unknown[]): string[] {
  return [...documents.map((document) => `data: ${JSON.stringify(document)}\n\n`), "data: [DONE]\n\n"];
}

function wantsUsage(body: Body): boolean {
  return (
    typeof body.stream_options === "object" && body.stream_options !== null && "include_usage" in body.stream_options
  );
}

function chatLogprob({ token, top }: Position, shown: number) {
  return { ...chatToken(token), top_logprobs: top.slice(0, shown).map(chatToken) };
}

function chatToken({ text: token, logprob }: ScoredToken) {
  return { token, logprob: Math.max(LOWEST, logprob), bytes: bytesOf(token) };
}

function contentOf(messages: unknown): string {
  if (!Array.isArray(messages)) return "";
  return messages.map((message: { readonly content?: unknown }) => text(message.content) ?? "").join("\n");
}

function finishOf(completion: Completion): "stop" | "length" {
  return completion.finish === "length" ? "length" : "stop";
}

function usageOf(completions: readonly Completion[]) {
  const prompt = completions.reduce((sum, { promptIds }) => sum + promptIds.length, 0);
  const completion = completions.reduce((sum, { ids }) => sum + ids.length, 0);
  return {
    prompt_tokens: prompt,
    total_tokens: prompt + completion,
    completion_tokens: completion,
    prompt_tokens_details: null,
  };
}

function ok(json: unknown): Reply {
  return { status: 200, json };
}

function failed(code: number, message: string, type: string, param: string | null): Reply {
  return { status: code, json: { error: { message, type, param, code } } };
}

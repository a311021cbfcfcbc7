import type { Position, ScoredToken } from "../../backend/llama-cpp/token-model.ts";
import { bytesOf, type Completer, type Completion, number, stops, text } from "../complete.ts";
import type { Reply } from "../http.ts";
import type { FakeOptions } from "../options.ts";
import { asEvents, type Body, finishOf, LOWEST, ok, usageOf, wantsUsage } from "./vllm-replies.ts";

/** What `POST /v1/chat/completions` answers. */
export async function chatCompletion(
  completer: Completer,
  options: FakeOptions,
  body: Body,
  prompt: string,
): Promise<Reply> {
  const wants = body.logprobs === true && !completer.lies.ignoreLogprobs;
  const top = number(body.top_logprobs) ?? 0;
  const completion = await completer.complete({
    prompt,
    maxTokens: number(body.max_tokens) ?? options.contextSize,
    stop: stops(body.stop),
    top: wants ? Math.max(1, top) : 0,
  });
  const head = { id: "chatcmpl-fake", created: Math.floor(Date.now() / 1000), model: options.name };
  if (body.stream === true) return streamed(head, completion, body);
  return ok({
    ...head,
    object: "chat.completion",
    choices: [choiceOf(completion, wants ? top : undefined)],
    service_tier: null,
    system_fingerprint: null,
    usage: usageOf([completion]),
    prompt_logprobs: null,
    prompt_token_ids: null,
    kv_transfer_params: null,
  });
}

/** `shown`: alternatives a token; undefined where no log-probabilities are wanted. */
function choiceOf(completion: Completion, shown: number | undefined) {
  return {
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
    logprobs:
      shown === undefined ? null : { content: completion.positions.map((position) => chatLogprob(position, shown)) },
    finish_reason: finishOf(completion),
    stop_reason: completion.stoppedBy ?? null,
    token_ids: null,
  };
}

function streamed(head: Readonly<Record<string, unknown>>, completion: Completion, body: Body): Reply {
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
  const ending = wantsUsage(body) ? [{ ...chunk, choices: [], usage: usageOf([completion]) }] : [];
  return {
    status: 200,
    contentType: "text/event-stream; charset=utf-8",
    chunks: asEvents([...events, ...ending]),
  };
}

function chatLogprob({ token, top }: Position, shown: number) {
  return { ...chatToken(token), top_logprobs: top.slice(0, shown).map(chatToken) };
}

function chatToken({ text: token, logprob }: ScoredToken) {
  return { token, logprob: Math.max(LOWEST, logprob), bytes: bytesOf(token) };
}

/** The text of all messages, one after the other. */
export function contentOf(messages: unknown): string {
  if (!Array.isArray(messages)) return "";
  return messages.map((message: { readonly content?: unknown }) => text(message.content) ?? "").join("\n");
}

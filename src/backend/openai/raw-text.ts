import type { FinishReason, TextAnswer, TextRequest } from "../../domain/answer.ts";
import { BackendError } from "../backend.ts";
import { finishText } from "../finish-text.ts";
import { classifyReply } from "../http/classify.ts";
import type { EventsReply } from "../http/client.ts";
import { excerpt } from "../http/excerpt.ts";
import { parseReply } from "../parse-reply.ts";
import { ChatSchema, ChunkSchema, CompletionSchema, StreamErrorSchema, type Usage } from "./replies.ts";

/** The parts of an answer that both APIs and both ways of reading end in. */
export interface RawText {
  readonly text: string;
  readonly reasoning: string;
  readonly finishReason: string | null | undefined;
  /** What ended it, where the server tells: a stop string, or null at the model's own end. */
  readonly stoppedBy: string | number | null | undefined;
  readonly usage: Usage | null | undefined;
  readonly timings: { readonly prompt_ms: number; readonly predicted_ms: number } | null | undefined;
  readonly wallMs: number;
  readonly firstTokenMs?: number;
}

/** The parts of a text that was read in one piece. */
export function wholeText(body: unknown, chat: boolean, path: string) {
  if (chat) {
    const { choices, usage, timings } = parseReply(ChatSchema, body, path);
    const message = choices[0]?.message;
    return {
      text: message?.content.text ?? "",
      reasoning: thinkingOf(message),
      finishReason: choices[0]?.finish_reason,
      stoppedBy: choices[0]?.stop_reason ?? choices[0]?.matched_stop,
      usage,
      timings,
    };
  }
  const { choices, usage, timings } = parseReply(CompletionSchema, body, path);
  const choice = choices[0];
  if (choice === undefined)
    throw new BackendError({ kind: "bad-response", message: `${path}: the answer has no choice` });
  return {
    text: choice.text,
    reasoning: "",
    finishReason: choice.finish_reason,
    stoppedBy: choice.stop_reason ?? choice.matched_stop,
    usage,
    timings,
  };
}

/** What a message or a piece of one holds of thinking, wherever its server puts it. */
export function thinkingOf(
  message:
    | {
        readonly content: { readonly thinking: string };
        readonly reasoning_content?: string | null | undefined;
        readonly reasoning?: string | null | undefined;
      }
    | null
    | undefined,
): string {
  return message?.reasoning_content ?? message?.reasoning ?? message?.content.thinking ?? "";
}

/**
 * Puts a streamed text together. Throws `BackendError` for an error event, and for a stream that was cut: one that ends without a finish reason, or
 * without the usage that was asked for and without saying that it ends.
 */
export function joinStream(
  { events, ended, wallMs }: EventsReply,
  path: string,
  redact: (text: string) => string,
  now: Date,
): RawText {
  let text = "";
  let reasoning = "";
  let last: Pick<RawText, "finishReason" | "stoppedBy"> | undefined;
  let usage: Usage | null | undefined;
  let timings: RawText["timings"];
  let firstTokenMs: number | undefined;
  for (const { data, atMs } of events) {
    const failure = StreamErrorSchema.safeParse(data).data?.error;
    if (failure !== undefined) throw streamError({ ...failure, message: excerpt(redact(failure.message)) }, path, now);
    const chunk = parseReply(ChunkSchema, data, path);
    usage = chunk.usage ?? usage;
    timings = chunk.timings ?? timings;
    const choice = chunk.choices[0];
    if (choice === undefined) continue;
    const piece = choice.text ?? choice.delta?.content.text ?? "";
    const thought = thinkingOf(choice.delta);
    if (piece !== "" || thought !== "") firstTokenMs ??= atMs;
    text += piece;
    reasoning += thought;
    if (choice.finish_reason != null)
      last = { finishReason: choice.finish_reason, stoppedBy: choice.stop_reason ?? choice.matched_stop };
  }
  if (last === undefined || (!ended && usage == null)) {
    const missing = ended ? "has no finish_reason" : `ended after ${events.length} events without [DONE]`;
    throw new BackendError({ kind: "bad-response", retryable: true, message: `${path}: the stream ${missing}` });
  }
  return { text, reasoning, ...last, usage, timings, wallMs, ...(firstTokenMs === undefined ? {} : { firstTokenMs }) };
}

/** The answer of the port. `chat`: a template may have opened the thinking. */
export function textAnswer(raw: RawText, request: TextRequest, chat: boolean, path: string): TextAnswer {
  const { prompt, completion } = tokenCounts(raw.usage, path);
  return {
    kind: "text",
    ...finishText({ text: raw.text, finish: finishOf(raw, path), reasoning: raw.reasoning, template: chat }, request),
    tokens: { prompt, completion },
    timings: {
      wallMs: raw.wallMs,
      ...(raw.timings == null ? {} : { promptMs: raw.timings.prompt_ms, decodeMs: raw.timings.predicted_ms }),
      ...(raw.firstTokenMs === undefined ? {} : { firstTokenMs: raw.firstTokenMs }),
    },
  };
}

export function tokenCounts(usage: Usage | null | undefined, path: string) {
  if (usage == null) {
    throw new BackendError({
      kind: "bad-response",
      message: `${path}: the answer tells no token usage`,
      hint: "with `stream: false` in the backend's config some servers do",
    });
  }
  return { prompt: usage.prompt_tokens, completion: usage.completion_tokens ?? 0 };
}

function finishOf(raw: RawText, path: string): FinishReason {
  switch (raw.finishReason) {
    case "length":
    case "max_tokens":
    case "model_length":
      return "length";
    case "stop_sequence":
      return "stop";
    case "stop":
    case "eos":
    case "eos_token":
    case "end_turn":
      return typeof raw.stoppedBy === "string" ? "stop" : "end";
    default:
      throw new BackendError({
        kind: "bad-response",
        retryable: raw.finishReason === "abort" || raw.finishReason == null,
        message: `${path}: it ended for the reason "${raw.finishReason ?? "none"}"`,
      });
  }
}

function streamError(
  failure: { message: string; code?: number | string | null | undefined },
  path: string,
  now: Date,
): BackendError {
  const code = Number(failure.code);
  return classifyReply(
    {
      request: `POST ${path} (in the stream)`,
      status: Number.isInteger(code) && code >= 400 ? code : 500,
      retryAfter: undefined,
      location: undefined,
      said: failure.message,
    },
    now,
  );
}

import type { Position, ScoredToken, TokenModel } from "../../backend/llama-cpp/token-model.ts";
import { bytesOf, type Completion, number, stops } from "../complete.ts";

export const BUILD = "b11669-Debian";

/** What it samples with when a request says nothing. */
export const SETTINGS = {
  seed: 4294967295,
  temperature: 0.800000011920929,
  dynatemp_range: 0,
  dynatemp_exponent: 1,
  top_k: 40,
  top_p: 0.949999988079071,
  min_p: 0.05000000074505806,
  top_n_sigma: -1,
  xtc_probability: 0,
  xtc_threshold: 0.10000000149011612,
  typical_p: 1,
  repeat_last_n: 64,
  repeat_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  dry_multiplier: 0,
  dry_base: 1.75,
  dry_allowed_length: 2,
  dry_penalty_last_n: 64,
  mirostat: 0,
  mirostat_tau: 5,
  mirostat_eta: 0.10000000149011612,
  adaptive_target: -1,
  adaptive_decay: 0.8999999761581421,
  max_tokens: -1,
  n_predict: -1,
  n_keep: 0,
  n_discard: 0,
  ignore_eos: false,
  stream: false,
  n_probs: 0,
  min_keep: 0,
  chat_format: "Content-only",
  reasoning_format: "deepseek",
  reasoning_in_content: false,
  generation_prompt: "",
  samplers: ["penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc", "temperature"],
  "speculative.types": "none",
  timings_per_token: false,
  post_sampling_probs: false,
  backend_sampling: false,
  lora: [],
};

export type Body = Readonly<Record<string, unknown>>;
export interface Answered extends Completion {
  /** The context was full before the answer ended. */
  readonly truncated: boolean;
}

export function native(model: TokenModel, completion: Answered, body: Body, name: string) {
  const asked = number(body.n_predict) ?? -1;
  return {
    index: 0,
    content: completion.text,
    tokens: [],
    id_slot: 0,
    stop: true,
    model: name,
    tokens_predicted: completion.ids.length,
    tokens_evaluated: completion.promptIds.length,
    generation_settings: {
      ...SETTINGS,
      seed: body.seed ?? SETTINGS.seed,
      temperature: body.temperature ?? SETTINGS.temperature,
      samplers: body.samplers ?? SETTINGS.samplers,
      n_probs: body.n_probs ?? 0,
      stop: stops(body.stop),
      max_tokens: asked,
      n_predict: asked,
    },
    prompt: completion.promptIds.map((id) => model.textOf(id)).join(""),
    has_new_line: completion.text.includes("\n"),
    truncated: completion.truncated,
    stop_type: { end: "eos", stop: "word", length: "limit" }[completion.finish],
    stopping_word: completion.stoppedBy ?? "",
    tokens_cached: completion.promptIds.length + completion.ids.length - 1,
    timings: timingsOf(completion),
    ...(completion.positions.length === 0
      ? {}
      : { completion_probabilities: completion.positions.map((position) => probabilitiesOf(model, position)) }),
  };
}

export function choiceOf(model: TokenModel, { text, positions, finish }: Answered, index: number) {
  return {
    text,
    index,
    logprobs:
      positions.length === 0 ? null : { content: positions.map((position) => probabilitiesOf(model, position)) },
    finish_reason: finish === "length" ? "length" : "stop",
  };
}

/** What stands beside the choices; of several prompts it counts the first alone. */
export function tailOf(completion: Answered, model: string) {
  return {
    created: Math.floor(Date.now() / 1000),
    model,
    system_fingerprint: BUILD,
    object: "text_completion",
    usage: {
      completion_tokens: completion.ids.length,
      prompt_tokens: completion.promptIds.length,
      total_tokens: completion.ids.length + completion.promptIds.length,
      prompt_tokens_details: { cached_tokens: 0 },
    },
    id: "chatcmpl-fake",
    timings: timingsOf(completion),
  };
}

/** The last event tells usage and timings, asked for or not; the end token is an event of its own, without text. */
export function streamed(head: Body, completion: Answered, tail: Body): string[] {
  const event = (text: string, finish: string | null, extra: Body = {}): string =>
    `data: ${JSON.stringify({ choices: [{ text, index: 0, logprobs: null, finish_reason: finish }], ...head, ...extra })}\n\n`;
  return [
    ...[...completion.text].map((text) => event(text, null)),
    ...(completion.finish === "end" ? [event("", null)] : []),
    event("", completion.finish === "length" ? "length" : "stop", tail),
    "data: [DONE]\n\n",
  ];
}

/** Decoding is what comes after the first token, which falls out of reading the prompt. */
function timingsOf({ promptIds, ids, promptMs, decodeMs }: Completion) {
  const decoded = ids.length - 1;
  const predictedMs = decoded === 0 ? 0.001 : decodeMs;
  return {
    cache_n: 0,
    prompt_n: promptIds.length,
    prompt_ms: promptMs,
    prompt_per_token_ms: promptMs / promptIds.length,
    prompt_per_second: (promptIds.length * 1000) / promptMs,
    predicted_n: ids.length,
    predicted_ms: predictedMs,
    predicted_per_token_ms: decoded === 0 ? 0 : predictedMs / decoded,
    predicted_per_second: (decoded * 1000) / predictedMs,
  };
}

function probabilitiesOf(model: TokenModel, { token, top }: Position) {
  return { ...tokenOf(model, token), top_logprobs: top.map((each) => tokenOf(model, each)) };
}

/** Special tokens, such as the one that ends an answer, have no text. */
function tokenOf(model: TokenModel, { id, logprob }: ScoredToken) {
  const token = model.textOfAll([id]);
  return { id, token, bytes: bytesOf(token), logprob };
}

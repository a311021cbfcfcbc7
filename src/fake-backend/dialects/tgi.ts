import type { ScoredToken } from "../../backend/llama-cpp/token-model.ts";
import { type Completer, type Completion, number, stops, text } from "../complete.ts";
import type { Routes } from "../http.ts";
import type { FakeOptions } from "../options.ts";

const VERSION = "3.3.6";
const MAX_TOP = 5;
const MAX_STOP = 4;
const MAX_CONCURRENT = 128;

/**
 * text-generation-inference's native API as router/src/lib.rs, server.rs and validation.rs of
 * github.com/huggingface/text-generation-inference show it: a temperature of 0 is refused, the stop sequence stays in the text, the first
 * input token has no log-probability, counts and times come as headers.
 */
export function tgiRoutes(completer: Completer, options: FakeOptions): Routes {
  const { model } = completer;
  const begin = model.tokenize("")[0];
  const special = (id: number): boolean => model.textOfAll([id]) === "";

  return {
    "GET /health": { answers: false, handle: () => ({ status: 200, chunks: [""], contentType: "text/plain" }) },
    "GET /info": {
      answers: false,
      handle: () => ({
        status: 200,
        json: {
          model_id: options.name,
          model_sha: options.claimDigest ?? model.identity.weightsDigest?.replace(/^sha256:/, "").slice(0, 40) ?? null,
          model_pipeline_tag: "text-generation",
          max_concurrent_requests: MAX_CONCURRENT,
          max_best_of: 2,
          max_stop_sequences: MAX_STOP,
          max_input_tokens: options.contextSize - 1,
          max_total_tokens: options.contextSize,
          validation_workers: 2,
          max_client_batch_size: 4,
          router: "text-generation-router",
          version: VERSION,
          sha: null,
          docker_label: null,
        },
      }),
    },
    "POST /tokenize": {
      answers: true,
      handle: (body) => {
        const inputs = text(body.inputs) ?? "";
        let start = 0;
        const tokens = completer.idsOf(inputs).map((id) => {
          const piece = id === begin ? "" : model.textOf(id);
          const token = { id, text: piece, start, stop: start + piece.length };
          start += piece.length;
          return token;
        });
        return { status: 200, json: tokens };
      },
    },
    "POST /generate": {
      answers: true,
      handle: async (body) => {
        const started = performance.now();
        const inputs = text(body.inputs) ?? "";
        const asked = (body.parameters ?? {}) as Readonly<Record<string, unknown>>;
        const inputTokens = completer.idsOf(inputs).length;
        const maxTokens = number(asked.max_new_tokens) ?? options.contextSize - inputTokens;
        const problem = validate(inputs, asked, inputTokens, maxTokens, options);
        if (problem !== undefined)
          return { status: 422, json: { error: `Input validation error: ${problem}`, error_type: "validation" } };

        const top = completer.lies.ignoreLogprobs ? 0 : (number(asked.top_n_tokens) ?? 0);
        const stop = stops(asked.stop);
        const completion = await completer.complete({ prompt: inputs, maxTokens, stop, top: Math.max(1, top) });
        const details =
          asked.details === true || asked.decoder_input_details === true
            ? {
                details: {
                  finish_reason: { end: "eos_token", stop: "stop_sequence", length: "length" }[completion.finish],
                  generated_tokens: completion.ids.length,
                  seed: asked.do_sample === true ? (asked.seed ?? null) : null,
                  prefill: asked.decoder_input_details === true ? await prefillOf(completer, inputs) : [],
                  tokens: completion.positions.map(({ token }) => ({ ...tokenOf(token), special: special(token.id) })),
                  ...(top === 0
                    ? {}
                    : {
                        top_tokens: completion.positions.map((position) =>
                          position.top
                            .slice(0, top)
                            .map((token) => ({ ...tokenOf(token), special: special(token.id) })),
                        ),
                      }),
                },
              }
            : {};
        const json = { generated_text: completion.text + (completion.stoppedBy ?? ""), ...details };
        return { status: 200, json, headers: headersOf(completion, inputs, performance.now() - started) };
      },
    },
  };
}

function validate(
  inputs: string,
  asked: Readonly<Record<string, unknown>>,
  inputTokens: number,
  maxTokens: number,
  options: FakeOptions,
): string | undefined {
  const top = number(asked.top_n_tokens) ?? 0;
  const maxTop = options.maxTop ?? MAX_TOP;
  if (top > maxTop) return `\`top_n_tokens\` must be >= 0 and <= ${maxTop}. Given: ${top}`;
  if ((number(asked.temperature) ?? 1) <= 0) return "`temperature` must be strictly positive";
  if ((number(asked.repetition_penalty) ?? 1) <= 0) return "`repetition_penalty` must be strictly positive";
  if (maxTokens <= 0) return "`max_new_tokens` must be strictly positive";
  if (stops(asked.stop).length > MAX_STOP)
    return `\`stop\` supports up to ${MAX_STOP} stop sequences. Given: ${stops(asked.stop).length}`;
  if (inputs === "") return "`inputs` cannot be empty";
  if (inputTokens + maxTokens > options.contextSize)
    return `\`inputs\` tokens + \`max_new_tokens\` must be <= ${options.contextSize}. Given: ${inputTokens} \`inputs\` tokens and ${maxTokens} \`max_new_tokens\``;
  return undefined;
}

async function prefillOf(completer: Completer, inputs: string) {
  if (completer.lies.ignoreEcho) return [];
  const { ids, positions } = await completer.echo(inputs, 1);
  const first = ids[0] ?? 0;
  return [
    { id: first, text: completer.model.textOf(first), logprob: null },
    ...positions.map(({ token }) => tokenOf(token)),
  ];
}

function tokenOf({ id, text: piece, logprob }: ScoredToken) {
  return { id, text: piece, logprob };
}

function headersOf(completion: Completion, inputs: string, totalMs: number): Readonly<Record<string, string>> {
  const whole = (ms: number): string => String(Math.floor(ms));
  return {
    "x-compute-type": "cpu",
    "x-compute-time": String(totalMs / 1000),
    "x-compute-characters": String([...inputs].length),
    "x-total-time": whole(totalMs),
    "x-validation-time": "0",
    "x-queue-time": "0",
    "x-inference-time": whole(totalMs),
    "x-time-per-token": whole(totalMs / completion.ids.length),
    "x-prompt-tokens": String(completion.promptIds.length),
    "x-generated-tokens": String(completion.ids.length),
  };
}

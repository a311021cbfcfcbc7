import type { Position, ScoredToken } from "../../backend/llama-cpp/token-model.ts";
import { type Completer, type Completion, number, stops } from "../complete.ts";
import type { Reply } from "../http.ts";
import type { FakeOptions } from "../options.ts";
import { asEvents, type Body, finishOf, LOWEST, ok, usageOf, wantsUsage } from "./vllm-replies.ts";

/** What `POST /v1/completions` answers: one choice a prompt; a stream holds the first one's only. */
export async function completions(
  completer: Completer,
  options: FakeOptions,
  body: Body,
  prompts: readonly string[],
): Promise<Reply> {
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

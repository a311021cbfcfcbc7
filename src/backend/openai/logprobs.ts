import { BackendError } from "../backend.ts";
import type { TopToken } from "../letters.ts";
import type { Completion } from "./replies.ts";

/** Two forms of one number may be rounded apart by this much, in nats. */
const MOST_APART = 0.01;

/** The likeliest first tokens of a completion, in whichever form of log-probabilities holds them. Throws `BackendError` where two forms disagree. */
export function firstPosition(reply: Completion, path: string): TopToken[] {
  const logprobs = reply.choices[0]?.logprobs;
  const arrays = Object.entries(logprobs?.top_logprobs?.[0] ?? {}).flatMap(([text, logprob]) =>
    logprob === null ? [] : [{ text, logprob }],
  );
  const content = (logprobs?.content?.[0]?.top_logprobs ?? []).map(({ token, logprob }) => ({ text: token, logprob }));
  if (arrays.length === 0 && content.length === 0) throw withoutLogprobs(path);
  const other = new Map(content.map(({ text, logprob }) => [text, logprob]));
  const apart = arrays.find(({ text, logprob }) => Math.abs((other.get(text) ?? logprob) - logprob) > MOST_APART);
  if (apart !== undefined)
    throw new BackendError({
      kind: "bad-response",
      message: `${path}: the answer tells two log-probabilities of the same token: ${apart.logprob} and ${other.get(apart.text)}`,
    });
  return arrays.length === 0 ? content : arrays;
}

/** The echoed prompt's tokens: all but the one that had to be generated. */
export function echoedTokens({ logprobs }: Completion["choices"][number]) {
  return (logprobs?.tokens ?? [])
    .slice(0, -1)
    .map((text, index) => ({ text, logprob: logprobs?.token_logprobs?.[index] ?? undefined }));
}

/** The server left log-probabilities out. */
export function withoutLogprobs(path: string): BackendError {
  return new BackendError({
    kind: "unsupported",
    message: `${path}: the server sent no log-probabilities`,
    hint: "use the protocol generated-letter for this task, or a server that has them",
  });
}

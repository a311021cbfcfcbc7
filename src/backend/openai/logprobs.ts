import { BackendError } from "../backend.ts";
import type { TopToken } from "../letters.ts";
import type { Completion } from "./replies.ts";

export const COMPLETIONS = "/v1/completions";

/** The likeliest first tokens of a completion, in either form of log-probabilities. */
export function firstPosition(reply: Completion): TopToken[] {
  const logprobs = reply.choices[0]?.logprobs;
  if (logprobs == null) throw withoutLogprobs(COMPLETIONS);
  if ("content" in logprobs)
    return (logprobs.content[0]?.top_logprobs ?? []).map(({ token, logprob }) => ({ text: token, logprob }));
  const top = logprobs.top_logprobs?.[0];
  if (top == null) throw withoutLogprobs(COMPLETIONS);
  return Object.entries(top).map(([text, logprob]) => ({ text, logprob }));
}

/** The echoed prompt's tokens: all but the one that had to be generated. */
export function echoedTokens(choice: Completion["choices"][number]) {
  const { logprobs } = choice;
  if (logprobs == null || !("tokens" in logprobs)) return [];
  return logprobs.tokens
    .slice(0, -1)
    .map((text, index) => ({ text, logprob: logprobs.token_logprobs[index] ?? undefined }));
}

/** The server left log-probabilities out. */
export function withoutLogprobs(path: string): BackendError {
  return new BackendError({
    kind: "unsupported",
    message: `${path}: the server sent no log-probabilities`,
    hint: "use the protocol generated-letter for this task, or a server that has them",
  });
}

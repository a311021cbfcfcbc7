import { BackendError } from "../backend/backend.ts";
import type { BackendAnswer, BackendRequest } from "../domain/answer.ts";

/**
 * Throws `BackendError` for an answer that doesn't fit its request. A log-probability that is no finite number must not get into the
 * journal: JSON would keep it as null, which a comparison takes for 0, the likeliest of all.
 */
export function assertUsable(answer: BackendAnswer, request: BackendRequest): void {
  if (answer.kind !== request.kind) throw badResponse(`it asked for ${request.kind} and got ${answer.kind}`);
  if (answer.kind === "text") return;
  const asked =
    request.kind === "letters" ? request.letters : request.kind === "continuations" ? request.continuations : [];
  if (answer.logprobs.length !== asked.length)
    throw badResponse(`${answer.logprobs.length} log-probabilities came for ${asked.length} choices`);
  for (const [index, logprob] of answer.logprobs.entries()) {
    if (logprob === "not-shown" || Number.isFinite(logprob)) continue;
    throw badResponse(`the log-probability of "${asked[index]}" is ${logprob}`);
  }
}

function badResponse(problem: string): BackendError {
  return new BackendError({
    kind: "bad-response",
    message: `the backend's answer doesn't fit the request: ${problem}`,
  });
}

import type { ContinuationsAnswer, ContinuationsRequest, LettersAnswer, LettersRequest } from "../../domain/answer.ts";
import { BackendError } from "../backend.ts";

/**
 * Letters that were not among the likeliest tokens, scored as continuations: a letter of one token has the same log-probability there, exactly. A server that
 * doesn't score given texts leaves them as they are.
 */
export async function fillUnshown(
  answer: LettersAnswer,
  { prompt, letters }: LettersRequest,
  score: (request: ContinuationsRequest) => Promise<ContinuationsAnswer>,
): Promise<LettersAnswer> {
  const unshown = letters.filter((_, index) => answer.logprobs[index] === "not-shown");
  if (unshown.length === 0) return answer;
  try {
    const scored = await score({ kind: "continuations", prompt, continuations: unshown });
    const found = new Map(unshown.map((letter, index) => [letter, scored.logprobs[index]]));
    return {
      ...answer,
      logprobs: letters.map((letter, index) => found.get(letter) ?? answer.logprobs[index] ?? "not-shown"),
      timings: { ...answer.timings, wallMs: answer.timings.wallMs + scored.timings.wallMs },
    };
  } catch (error) {
    if (error instanceof BackendError && error.kind === "unsupported") return answer;
    throw error;
  }
}

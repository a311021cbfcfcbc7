import type { Backend } from "../backend/backend.ts";
import type { AnswerOf, BackendRequest, ContinuationsRequest, LettersRequest, TextRequest } from "../domain/answer.ts";

/** What the tasks of a spec ask of a backend. */
export type Need = BackendRequest["kind"];

/** A variant under examination: every question reaches the model, past any cache. */
export interface Examinee {
  readonly backend: Backend;
  readonly needs: ReadonlySet<Need>;
  readonly signal: AbortSignal;
}

export function ask<R extends BackendRequest>({ backend, signal }: Examinee, request: R): Promise<AnswerOf<R>> {
  return backend.generate(request, signal, { task: "probe", item: request.kind, fresh: true });
}

export function text(prompt: string, maxTokens: number): TextRequest {
  return { kind: "text", prompt, maxTokens, stop: [], temperature: 0, seed: 0 };
}

export function letters(prompt: string, labels: readonly string[]): LettersRequest {
  return { kind: "letters", prompt, letters: labels };
}

export function continuations(prompt: string, choices: readonly string[]): ContinuationsRequest {
  return { kind: "continuations", prompt, continuations: choices };
}

export const LETTERS = [" A", " B", " C", " D"] as const;

/** Log-probabilities of choices by the way the tasks need: letters where any task reads letters, else continuations. */
export async function choiceLogprobs(
  examinee: Examinee,
  prompt: string,
  choices: readonly string[],
): Promise<readonly (number | "not-shown")[]> {
  const answer = examinee.needs.has("letters")
    ? await ask(examinee, letters(prompt, choices))
    : await ask(examinee, continuations(prompt, choices));
  return answer.logprobs;
}

/** True when the tasks read log-probabilities at all. */
export function readsLogprobs({ needs }: Examinee): boolean {
  return needs.has("letters") || needs.has("continuations");
}

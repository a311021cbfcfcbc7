import type { FinishReason, TextAnswer, TextRequest } from "../domain/answer.ts";
import { endsInThinking, separateThinking } from "../domain/thinking.ts";

/**
 * Text before the first stop string. Some servers leave the stop string in, and one that ignores it writes on to the token limit: then it
 * is the stop string that ended the answer all the same.
 */
export function endAtStop(
  text: string,
  finish: FinishReason,
  stop: readonly string[],
): { readonly text: string; readonly finish: FinishReason } {
  const found = stop.map((word) => text.indexOf(word)).filter((at) => at >= 0);
  return found.length === 0 ? { text, finish } : { text: text.slice(0, Math.min(...found)), finish: "stop" };
}

/** What a backend got for a text request. */
export interface Written {
  readonly text: string;
  readonly finish: FinishReason;
  /** Thinking that the server itself kept apart; empty or absent: none. */
  readonly reasoning?: string | null | undefined;
  /** The prompt went through a chat template, which may have opened the thinking. */
  readonly template: boolean;
}

/** The parts of an answer that follow from what was written: thinking apart, and nothing from the first stop string on. */
export function finishText(
  { text, finish, reasoning, template }: Written,
  request: Pick<TextRequest, "prompt" | "stop">,
): Pick<TextAnswer, "text" | "finish" | "reasoning"> {
  const told = reasoning?.trim() ?? "";
  const opening = template ? "unknown" : endsInThinking(request.prompt) ? "by-prompt" : "not-by-prompt";
  // What a server has separated begins with the answer, whoever opened the thinking.
  const separated = separateThinking(text, told === "" ? opening : "unknown");
  const thoughts = [told, separated.reasoning ?? ""].filter((thought) => thought !== "");
  return {
    ...endAtStop(separated.text, finish, request.stop),
    ...(thoughts.length === 0 && separated.reasoning === undefined ? {} : { reasoning: thoughts.join("\n\n") }),
  };
}

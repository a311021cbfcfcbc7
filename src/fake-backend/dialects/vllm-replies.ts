import type { Completion } from "../complete.ts";
import type { Reply } from "../http.ts";

export type Body = Readonly<Record<string, unknown>>;

/** JSON has no infinity: what is never said has this log-probability. */
export const LOWEST = -9999;

export function asEvents(documents: readonly unknown[]): string[] {
  return [...documents.map((document) => `data: ${JSON.stringify(document)}\n\n`), "data: [DONE]\n\n"];
}

export function wantsUsage(body: Body): boolean {
  return (
    typeof body.stream_options === "object" && body.stream_options !== null && "include_usage" in body.stream_options
  );
}

export function finishOf(completion: Completion): "stop" | "length" {
  return completion.finish === "length" ? "length" : "stop";
}

export function usageOf(completions: readonly Completion[]) {
  const prompt = completions.reduce((sum, { promptIds }) => sum + promptIds.length, 0);
  const completion = completions.reduce((sum, { ids }) => sum + ids.length, 0);
  return {
    prompt_tokens: prompt,
    total_tokens: prompt + completion,
    completion_tokens: completion,
    prompt_tokens_details: null,
  };
}

export function ok(json: unknown): Reply {
  return { status: 200, json };
}

export function failed(code: number, message: string, type: string, param: string | null): Reply {
  return { status: code, json: { error: { message, type, param, code } } };
}

import { createHash } from "node:crypto";
import type { BackendRequest, Prompted, Sampling } from "../domain/answer.ts";
import { UsageError } from "../domain/errors.ts";
import type { Item } from "../domain/item.ts";
import { textOf } from "../domain/template.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import { dataRanges } from "./data-ranges.ts";
import { renderPromptPieces } from "./render-prompt.ts";

/** What one item of a task asks of a backend. */
export function buildRequest(task: ResolvedTask, item: Item, sampling: Sampling): BackendRequest {
  const pieces = renderPromptPieces(task, item);
  const data = dataRanges(pieces);
  const prompted: Prompted = { prompt: textOf(pieces), ...(data.length === 0 ? {} : { data }) };
  const text = { kind: "text", ...prompted, maxTokens: task.maxTokens, stop: task.stop, ...sampling } as const;
  if (task.type === "generation" || item.type === "generation") return text;
  switch (task.protocol) {
    case "generated-letter":
      return text;
    case "letter-logprob":
      return {
        kind: "letters",
        ...splitTrailingSpace(
          prompted,
          item.choices.map((choice) => choice.label),
          "letters",
        ),
      };
    case "continuation-logprob":
      return {
        kind: "continuations",
        ...splitTrailingSpace(
          prompted,
          item.choices.map((choice) => choice.text),
          "continuations",
        ),
      };
    case "imported":
    case "imported-watched":
      throw new UsageError(`task ${task.name} holds another tool's numbers and can't be asked`, {
        hint: "ask it with a dataset of your own: quantgate datasets list",
      });
  }
}

/**
 * Continuations start with a space; trailing spaces of the prompt move over to them, so that the tokens at the seam are those of running
 * text (as lm-evaluation-harness does it).
 */
function splitTrailingSpace<K extends string>(prompted: Prompted, texts: readonly string[], key: K) {
  const { prompt } = prompted;
  const trimmed = prompt.replace(/ +$/, "");
  const space = prompt.length > trimmed.length ? prompt.slice(trimmed.length) : " ";
  const data = prompted.data
    ?.map(([from, to]) => [from, Math.min(to, trimmed.length)] as const)
    .filter(([from, to]) => from < to);
  return {
    ...(data === undefined ? {} : { data }),
    prompt: trimmed,
    [key]: texts.map((text) => space + text),
  } as Prompted & Record<K, readonly string[]>;
}

/** Identity of what was asked: 16 hex digits over everything in the request that the model sees. Pairing needs it to be equal. */
export function hashRequest(request: BackendRequest): string {
  const seen = request.kind === "text" ? { ...request, seed: undefined } : request;
  return createHash("sha256").update(JSON.stringify(seen)).digest("hex").slice(0, 16);
}

import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import type { AnswerOf, BackendAnswer, BackendRequest } from "../../domain/answer.ts";
import { throwIfAborted } from "../../domain/errors.ts";
import type { VariantIdentity } from "../../domain/record.ts";
import type { RecordedConfig } from "../../spec/backend-schema.ts";
import { hashRequest } from "../../task/build-request.ts";
import { type Backend, type BackendCapabilities, BackendError, type RequestContext } from "../backend.ts";
import { finishText } from "../finish-text.ts";
import { indexRows, type RowIndex, rowKey } from "./row-index.ts";
import { type RecordedRow, readRow } from "./rows.ts";

/**
 * Opens a file of recorded answers, QuantGate's own or lm-evaluation-harness' `samples_*.jsonl`, as a backend: answers are looked up by
 * task and item. Memory holds where the rows stand, not their texts. Throws `UsageError` when a row doesn't fit.
 */
export async function openRecorded(path: string, config: RecordedConfig, signal: AbortSignal): Promise<Backend> {
  const index = await indexRows(path, signal);
  return new RecordedBackend(path, await open(path, "r"), index, config);
}

class RecordedBackend implements Backend {
  readonly capabilities: BackendCapabilities = { text: true, letters: "full", continuations: true, seed: false };
  readonly loadMs = 0;
  readonly identity: VariantIdentity;
  readonly concurrency: number;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #index: RowIndex;

  constructor(path: string, file: FileHandle, index: RowIndex, config: RecordedConfig) {
    this.#path = path;
    this.#file = file;
    this.#index = index;
    this.concurrency = config.concurrency;
    this.identity = {
      // Whose weights answered isn't known; the same file is the same answers.
      weightsDigest: `recorded:${index.digest}`,
      build: "recorded answers",
      settings: { file: basename(path), rows: index.rows, chatTemplate: "not known (recorded)" },
      metadata: {},
    };
  }

  async generate<R extends BackendRequest>(
    request: R,
    signal: AbortSignal,
    context?: RequestContext,
  ): Promise<AnswerOf<R>> {
    throwIfAborted(signal);
    if (context === undefined) throw this.#missing("a request without its task and item was made");
    const name = `item "${context.item}" of task ${context.task}`;
    const row = await this.#row(context);
    if (row === undefined) throw this.#missing(`${name} is not in the file`);
    if (row.promptHash !== undefined && row.promptHash !== hashRequest(request))
      throw this.#missing(`${name} was recorded with another prompt`);
    const answer = answerOf(row, request);
    if (answer === undefined) throw this.#missing(`${name} has ${describe(row)}, and ${request.kind} were asked for`);
    return answer as AnswerOf<R>;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #row({ task, item }: RequestContext): Promise<RecordedRow | undefined> {
    const place = this.#index.places.get(rowKey(task, item)) ?? this.#index.places.get(rowKey(undefined, item));
    if (place === undefined) return undefined;
    const bytes = Buffer.alloc(place.length);
    await this.#file.read(bytes, 0, place.length, place.start);
    const row = readRow(JSON.parse(bytes.toString("utf8").replace(/^\uFEFF/, "")));
    return "problem" in row ? undefined : row;
  }

  #missing(what: string): BackendError {
    return new BackendError({
      kind: "not-recorded",
      message: `${this.#path}: ${what}`,
      hint: "record it, or leave the item out with `limit`",
    });
  }
}

function answerOf(row: RecordedRow, request: BackendRequest): BackendAnswer | undefined {
  const { answer } = row;
  const common = { tokens: row.tokens ?? { prompt: 0, completion: 0 }, timings: { wallMs: 0 } };
  if (request.kind === "text") {
    if (answer.kind !== "text") return undefined;
    // Whose template wrote the prompt isn't known, nor where generation was to stop.
    return { kind: "text", ...finishText({ ...answer, template: true }, { prompt: "", stop: [] }), ...common };
  }
  const choices = request.kind === "letters" ? request.letters : request.continuations;
  if (answer.kind === "choices" && answer.logprobs.length === choices.length) {
    return { kind: request.kind, logprobs: answer.logprobs, ...common };
  }
  if (answer.kind === "letters" && request.kind === "letters") {
    const logprobs = request.letters.map((letter) => answer.byLabel[letter.trim()] ?? "not-shown");
    return { kind: "letters", logprobs, ...common };
  }
  return undefined;
}

function describe({ answer }: RecordedRow): string {
  if (answer.kind === "text") return "a text";
  if (answer.kind === "letters") return "letters";
  return `${answer.logprobs.length} log-probabilities`;
}

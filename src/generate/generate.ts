import { type Backend, BackendError } from "../backend/backend.ts";
import { InterruptedError, messageOf, RunError, throwIfAborted } from "../domain/errors.ts";
import type { AnswerRecord, ItemError } from "../domain/record.ts";
import { assertUsable } from "./assert-usable.ts";
import type { Work } from "./work.ts";
import { WorkAhead } from "./work-ahead.ts";

export interface GenerateOptions {
  /** Called once per item, as it ends. The lane asks its next item meanwhile, and keeps that one's record only after this one's. */
  readonly onRecord: (record: AnswerRecord) => Promise<void>;
  /** Wall clock, for the records' times. */
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/**
 * Asks a backend for every piece of work, as many at a time as it takes. One item's failure is that item's: it ends as an `errored` record.
 * Rejects with `InterruptedError` when stopped (items in flight are dropped, the rest is kept), with `RunError` when records can't be kept.
 */
export async function generate(work: AsyncIterator<Work>, backend: Backend, options: GenerateOptions): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const ahead = new WorkAhead(work, backend.concurrency);
  const lane = async (): Promise<void> => {
    let keeping = Promise.resolve();
    try {
      for (;;) {
        throwIfAborted(signal);
        const next = await ahead.next();
        if (next.done === true) return;
        const record = await answer(next.value, backend, options.now, signal);
        await keeping;
        keeping = options.onRecord(record);
        // All stop at once, not when this lane's next answer comes.
        keeping.catch((error: unknown) => stop.abort(error));
      }
    } finally {
      await keeping;
    }
  };
  const lanes = Array.from({ length: backend.concurrency + (backend.ahead ?? 0) }, () =>
    lane().catch((error: unknown) => {
      stop.abort(error);
      throw error;
    }),
  );
  const ended = await Promise.allSettled(lanes);
  throwIfAborted(options.signal);
  const failures = ended.flatMap((lane) => (lane.status === "rejected" ? [lane.reason as unknown] : []));
  const cause = failures.find((failure) => !(failure instanceof InterruptedError)) ?? failures[0];
  if (cause !== undefined) throw cause;
}

async function answer(work: Work, backend: Backend, now: () => Date, signal: AbortSignal): Promise<AnswerRecord> {
  const outcome = await outcomeOf(work, backend, signal);
  return {
    type: "answer",
    variant: work.variant,
    task: work.task,
    item: work.item.id,
    index: work.item.index,
    promptHash: work.promptHash,
    outcome,
    at: now().toISOString(),
    // Last: a literal that goes on after a spread is a hundred times slower in V8.
    ...(work.pass === "main" ? undefined : { pass: work.pass }),
  };
}

async function outcomeOf(work: Work, backend: Backend, signal: AbortSignal): Promise<AnswerRecord["outcome"]> {
  try {
    const context = { task: work.task, item: work.item.id, fresh: work.pass === "repeat" };
    const answered = await backend.generate(work.request, signal, context);
    assertUsable(answered, work.request);
    return { kind: "answered", answer: answered };
  } catch (error) {
    throwIfAborted(signal);
    if (error instanceof InterruptedError || error instanceof RunError) throw error;
    return { kind: "errored", error: describe(error) };
  }
}

function describe(error: unknown): ItemError {
  return { kind: error instanceof BackendError ? error.kind : "backend-failure", message: messageOf(error) };
}

import { parentPort, workerData } from "node:worker_threads";
import type { BackendAnswer, BackendRequest } from "../../domain/answer.ts";
import { InterruptedError, messageOf, QuantGateError } from "../../domain/errors.ts";
import { BackendError } from "../backend.ts";
import { Decoder } from "./decoder.ts";
import { Evaluator } from "./evaluator.ts";
import type { ThreadData, ThreadFailure, ThreadModel, ThreadReply, ThreadRequest } from "./protocol.ts";
import { TextTokenizer } from "./text-tokenizer.ts";

/* Entry point of a model's thread: one request after the other, each answered. ONNX Runtime blocks the thread it runs on. */

const port = parentPort;
if (port === null) throw new Error("this module runs in a worker thread only");
const { unwanted } = workerData as ThreadData;

let decoder: Decoder | undefined;
let evaluator: Evaluator | undefined;

async function open(model: ThreadModel): Promise<void> {
  const { folder, chatTemplate, contextSize, chat } = model;
  const tokenizer = await TextTokenizer.open({ folder, ...(chatTemplate === undefined ? {} : { chatTemplate }) });
  // A template that can't be used is told now, not with the first question.
  if (chat) tokenizer.renderChat("Is this a question?");
  decoder = await Decoder.open(model);
  evaluator = new Evaluator(decoder, tokenizer, { contextSize, chat });
}

function answer(request: BackendRequest, call: number): Promise<BackendAnswer> {
  const check = (): void => {
    if (Atomics.load(unwanted, 0) === call) throw new InterruptedError();
  };
  if (evaluator === undefined) throw new Error("no model is open in this thread");
  switch (request.kind) {
    case "text":
      return evaluator.text(request, check);
    case "letters":
      return evaluator.letters(request, check);
    case "continuations":
      return evaluator.continuations(request, check);
  }
}

async function handle(request: ThreadRequest): Promise<ThreadReply> {
  const { call } = request;
  switch (request.kind) {
    case "open":
      await open(request.model);
      return { call, kind: "done" };
    case "answer":
      return { call, kind: "done", answer: await answer(request.request, call) };
    case "close":
      await decoder?.close();
      return { call, kind: "done" };
  }
}

function failure(error: unknown): ThreadFailure {
  return {
    message: messageOf(error),
    ...(error instanceof QuantGateError && error.hint !== undefined ? { hint: error.hint } : {}),
    ...(error instanceof BackendError ? { kind: error.kind } : {}),
  };
}

let last: Promise<void> = Promise.resolve();
port.on("message", (request: ThreadRequest) => {
  last = last.then(async () => {
    const { call } = request;
    try {
      port.postMessage(await handle(request));
    } catch (error) {
      const reply: ThreadReply =
        error instanceof InterruptedError
          ? { call, kind: "interrupted" }
          : { call, kind: "failed", failure: failure(error) };
      port.postMessage(reply);
    }
    if (request.kind === "close") port.close();
  });
});

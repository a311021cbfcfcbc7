import { parentPort } from "node:worker_threads";
import { messageOf, QuantGateError } from "../../domain/errors.ts";
import { ModelError } from "../model-error.ts";
import { LoadedEncoder } from "./loaded-encoder.ts";
import { Matcher } from "./matcher.ts";
import type { WorkerCall, WorkerCalls, WorkerFailure, WorkerRequest } from "./protocol.ts";

/* Entry point of a worker thread: one request after the other, each answered. ONNX Runtime blocks the thread it runs on. */

const encoders = new Map<string, LoadedEncoder>();
let matcher: Matcher | undefined;

const handlers: {
  [Call in WorkerCall]: (request: WorkerCalls[Call]["request"]) => Promise<WorkerCalls[Call]["response"]>;
} = {
  async open(spec) {
    const encoder = encoders.get(spec.key) ?? (await LoadedEncoder.open(spec));
    encoders.set(spec.key, encoder);
    return { specialIds: encoder.specialIds };
  },
  async tokenize({ encoder, texts }) {
    return texts.map((text) => opened(encoder).encode(text));
  },
  async embed({ encoder, texts }) {
    return opened(encoder).embed(texts);
  },
  async match(pairs) {
    matcher ??= await Matcher.open();
    const matches = [];
    for (const pair of pairs) matches.push(await matcher.match(pair));
    return matches;
  },
  async close() {
    for (const encoder of encoders.values()) await encoder.release();
    await matcher?.release();
    encoders.clear();
    return null;
  },
};

function opened(key: string): LoadedEncoder {
  const encoder = encoders.get(key);
  if (encoder === undefined) throw new Error(`the encoder ${key} isn't open in this worker`);
  return encoder;
}

async function handle<Call extends WorkerCall>({ call, request }: WorkerRequest<Call>) {
  return handlers[call](request);
}

function failure(error: unknown): WorkerFailure {
  const kind = error instanceof ModelError ? error.kind : "inference-failed";
  const hint = error instanceof QuantGateError ? error.hint : undefined;
  return { kind, message: messageOf(error), hint: hint ?? "run again; if it stays, report the model and the text" };
}

/** Vectors move to the main thread instead of being copied: there they are needed, here they aren't any more. */
function movable(call: WorkerCall, response: WorkerCalls[WorkerCall]["response"]): ArrayBuffer[] {
  if (call !== "embed") return [];
  return (response as WorkerCalls["embed"]["response"]).map(({ values }) => values.buffer);
}

const port = parentPort;
if (port === null) throw new Error("this module runs in a worker thread only");

let last: Promise<void> = Promise.resolve();
port.on("message", (request: WorkerRequest) => {
  last = last.then(async () => {
    try {
      const response = await handle(request);
      port.postMessage({ id: request.id, ok: true, response }, movable(request.call, response));
    } catch (error) {
      port.postMessage({ id: request.id, ok: false, error: failure(error) });
    }
    if (request.call === "close") port.close();
  });
});

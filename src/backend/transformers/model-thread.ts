import { Worker } from "node:worker_threads";
import type { BackendAnswer, BackendRequest } from "../../domain/answer.ts";
import { InterruptedError, messageOf, type QuantGateError, RunError, throwIfAborted } from "../../domain/errors.ts";
import { BackendError } from "../backend.ts";
import type { ThreadData, ThreadFailure, ThreadModel, ThreadReply, ThreadRequest } from "./protocol.ts";

type Work<Request = ThreadRequest> = Request extends ThreadRequest ? Omit<Request, "call"> : never;

interface Pending {
  readonly resolve: (answer: BackendAnswer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** A model in a thread of its own: its passes block whoever computes them. One call at a time. */
export class ModelThread {
  readonly #unwanted = new Int32Array(new SharedArrayBuffer(4)).fill(-1);
  readonly #worker = startWorker(this.#unwanted);
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  #gone: QuantGateError | undefined;

  private constructor() {
    this.#worker.on("message", (reply: ThreadReply) => this.#settle(reply));
    this.#worker.on("error", (error) => this.#end(messageOf(error), error));
    this.#worker.on("exit", (code) => this.#end(`it ended with code ${code}`));
    // A thread that waits for work keeps nobody from ending.
    this.#worker.unref();
  }

  /** A thread with the model loaded. Throws `RunError` for one that can't be. */
  static async open(model: ThreadModel, signal: AbortSignal): Promise<ModelThread> {
    const thread = new ModelThread();
    try {
      await thread.#call({ kind: "open", model }, signal);
      throwIfAborted(signal);
      return thread;
    } catch (error) {
      await thread.close();
      throw error;
    }
  }

  async answer(request: BackendRequest, signal: AbortSignal): Promise<BackendAnswer> {
    const answer = await this.#call({ kind: "answer", request }, signal);
    if (answer === undefined) throw new Error("a model's thread gave no answer");
    return answer;
  }

  /** Releases the model and waits for the thread's end; running work is finished first. */
  async close(): Promise<void> {
    if (this.#gone !== undefined) return;
    const ended = new Promise<void>((resolve) => this.#worker.once("exit", () => resolve()));
    await this.#call({ kind: "close" }).catch(() => this.#worker.terminate());
    this.#worker.ref();
    await ended;
  }

  async #call(work: Work, signal?: AbortSignal): Promise<BackendAnswer | undefined> {
    if (this.#gone !== undefined) throw this.#gone;
    if (signal !== undefined) throwIfAborted(signal);
    const call = this.#calls;
    this.#calls += 1;
    const stop = (): void => {
      Atomics.store(this.#unwanted, 0, call);
    };
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return await new Promise((resolve, reject) => {
        this.#pending.set(call, { resolve, reject });
        this.#worker.ref();
        this.#worker.postMessage({ ...work, call } satisfies ThreadRequest);
      });
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  #settle(reply: ThreadReply): void {
    const pending = this.#pending.get(reply.call);
    this.#pending.delete(reply.call);
    if (this.#pending.size === 0) this.#worker.unref();
    switch (reply.kind) {
      case "done":
        pending?.resolve(reply.answer);
        break;
      case "interrupted":
        pending?.reject(new InterruptedError());
        break;
      case "failed":
        pending?.reject(errorFrom(reply.failure));
        break;
    }
  }

  #end(why: string, cause?: unknown): void {
    this.#gone ??= new RunError(`the model's thread is gone: ${why}`, {
      hint: "if memory ran out, use a lower concurrency or a smaller model",
      cause,
    });
    for (const { reject } of this.#pending.values()) reject(this.#gone);
    this.#pending.clear();
  }
}

function errorFrom({ message, hint, kind }: ThreadFailure): QuantGateError {
  const details = hint === undefined ? {} : { hint };
  return kind === undefined ? new RunError(message, details) : new BackendError({ kind, message, ...details });
}

/** The compiled thread where there is one; in development the TypeScript module, which Node 20 can't load by itself. */
function startWorker(unwanted: ThreadData["unwanted"]): Worker {
  // ONNX Runtime's Linux builds report to their maker unless this is set before it is loaded.
  process.env.ORT_DISABLE_TELEMETRY ??= "1";
  if (import.meta.url.endsWith(".js"))
    return new Worker(new URL("./worker.js", import.meta.url), { workerData: { unwanted } satisfies ThreadData });
  const entry = new URL("./worker.ts", import.meta.url).href;
  return new Worker(new URL("../../onnx/worker/typescript-bootstrap.mjs", import.meta.url), {
    workerData: { entry, unwanted } satisfies ThreadData,
  });
}

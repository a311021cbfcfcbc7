import { SHARE_ENV, Worker } from "node:worker_threads";
import { InterruptedError, messageOf, RunError, throwIfAborted } from "../../domain/errors.ts";
import { errorFrom, reasonOf } from "../queue/job-outcome.ts";

/** To a thread: a call, or that the answer to one isn't wanted any more. */
type ToThread = { readonly call: number; readonly request: unknown } | { readonly call: number; readonly stop: true };
/** From a thread: an answer, or something on the way to it. */
type FromThread =
  | { readonly call: number; readonly response: unknown }
  | { readonly call: number; readonly failure: string; readonly interrupted: boolean }
  | { readonly call: number; readonly event: unknown };

interface Pending {
  readonly resolve: (response: never) => void;
  readonly reject: (error: unknown) => void;
  readonly onEvent: (event: never) => void;
}

/**
 * A thread that does work which would block the event loop. It is started when it is first needed, and again when it is gone. What it throws
 * arrives as `RunError`, or `InterruptedError` when it was stopped.
 */
export class ThreadCalls<Request, Response, Event = never> {
  readonly #entry: URL;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #calls = 0;

  constructor(entry: URL) {
    this.#entry = entry;
  }

  async call(request: Request, signal: AbortSignal, onEvent: (event: Event) => void = () => {}): Promise<Response> {
    throwIfAborted(signal);
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const call = this.#calls;
    this.#calls += 1;
    const stop = (): void => worker.postMessage({ call, stop: true } satisfies ToThread);
    signal.addEventListener("abort", stop, { once: true });
    try {
      return await new Promise<Response>((resolve, reject) => {
        this.#pending.set(call, { resolve, reject, onEvent });
        worker.postMessage({ call, request } satisfies ToThread);
      });
    } finally {
      this.#pending.delete(call);
      signal.removeEventListener("abort", stop);
    }
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }

  #start(): Worker {
    // The process's own environment, not a copy: what the thread sets for native libraries is only seen by them there.
    const worker = new Worker(this.#entry, { env: SHARE_ENV });
    const gone = (why: string, cause?: unknown): void => {
      if (this.#worker === worker) this.#worker = undefined;
      for (const { reject } of this.#pending.values())
        reject(new RunError(`a worker thread is gone: ${why}`, { cause, hint: "did memory run out?" }));
    };
    worker.on("message", (message: FromThread) => this.#settle(message));
    worker.on("error", (error) => gone(messageOf(error), error));
    worker.on("exit", (code) => gone(`it ended with code ${code}`));
    return worker;
  }

  #settle(message: FromThread): void {
    const pending = this.#pending.get(message.call);
    if ("event" in message) pending?.onEvent(message.event as never);
    else if ("response" in message) pending?.resolve(message.response as never);
    else pending?.reject(message.interrupted ? new InterruptedError(message.failure) : errorFrom(message.failure));
  }
}

interface Port {
  on(event: "message", listener: (message: ToThread) => void): void;
  postMessage(message: FromThread): void;
}

/** The other side, in the thread: answers calls as they come, each in its own time. */
export function answerCalls<Request, Response, Event = never>(
  port: Port,
  answer: (request: Request, signal: AbortSignal, tell: (event: Event) => void) => Promise<Response>,
): void {
  const running = new Map<number, AbortController>();
  port.on("message", (message) => {
    const { call } = message;
    if ("stop" in message) {
      running.get(call)?.abort(new Error("stopped"));
      return;
    }
    const controller = new AbortController();
    running.set(call, controller);
    answer(message.request as Request, controller.signal, (event) => port.postMessage({ call, event }))
      .then(
        (response) => port.postMessage({ call, response }),
        (error: unknown) =>
          port.postMessage({ call, failure: reasonOf(error), interrupted: error instanceof InterruptedError }),
      )
      .finally(() => running.delete(call));
  });
}

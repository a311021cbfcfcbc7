import { Worker } from "node:worker_threads";
import { messageOf } from "../../domain/errors.ts";
import { ModelError } from "../model-error.ts";
import type { WorkerCall, WorkerCalls, WorkerResponse } from "./protocol.ts";

interface Pending {
  readonly resolve: (response: never) => void;
  readonly reject: (error: unknown) => void;
}

/** A worker thread as a set of functions. Calls are answered one after the other, in order. */
export class WorkerThread {
  readonly #worker = startWorker();
  readonly #pending = new Map<number, Pending>();
  #calls = 0;
  #gone: ModelError | undefined;

  constructor() {
    this.#worker.on("message", (response: WorkerResponse) => this.#settle(response));
    this.#worker.on("error", (error) => this.#end(messageOf(error), error));
    this.#worker.on("exit", (code) => this.#end(`it ended with code ${code}`));
    // A thread that waits for work keeps nobody from ending.
    this.#worker.unref();
  }

  /** Whether the thread is gone; every call would be rejected. */
  get ended(): boolean {
    return this.#gone !== undefined;
  }

  /** Rejects with ModelError when the work fails or the thread is gone. */
  call<Call extends WorkerCall>(
    call: Call,
    request: WorkerCalls[Call]["request"],
  ): Promise<WorkerCalls[Call]["response"]> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const id = this.#calls;
    this.#calls += 1;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.ref();
      this.#worker.postMessage({ id, call, request });
    });
  }

  /** Releases what the thread holds and waits for its end; running work is finished first. */
  async close(): Promise<void> {
    if (this.#gone !== undefined) return;
    const ended = new Promise<void>((resolve) => this.#worker.once("exit", () => resolve()));
    await this.call("close", null).catch(() => this.#worker.terminate());
    this.#worker.ref();
    await ended;
  }

  #settle(response: WorkerResponse): void {
    const pending = this.#pending.get(response.id);
    this.#pending.delete(response.id);
    if (this.#pending.size === 0) this.#worker.unref();
    if (response.ok) pending?.resolve(response.response as never);
    else pending?.reject(new ModelError(response.error));
  }

  #end(why: string, cause?: unknown): void {
    this.#gone ??= new ModelError({
      kind: "inference-failed",
      message: `an inference thread is gone: ${why}`,
      hint: "if memory ran out, use fewer threads or a smaller model",
      cause,
    });
    for (const { reject } of this.#pending.values()) reject(this.#gone);
    this.#pending.clear();
  }
}

/** The compiled worker where there is one; in development the TypeScript worker, which Node 20 can't load by itself. */
function startWorker(): Worker {
  // ONNX Runtime's Linux builds report to their maker unless this is set before it is loaded. It reads the process's environment, of which a
  // thread that started this one may have only a copy (unless it was given SHARE_ENV).
  process.env.ORT_DISABLE_TELEMETRY ??= "1";
  const compiled = import.meta.url.endsWith(".js");
  if (compiled) return new Worker(new URL("./worker.js", import.meta.url));
  const entry = new URL("./worker.ts", import.meta.url).href;
  return new Worker(new URL("./typescript-bootstrap.mjs", import.meta.url), { workerData: { entry } });
}

import type { Dispatcher } from "undici";
import { throwIfAborted } from "../../domain/errors.ts";
import { watchAbort } from "../abort-watch.ts";
import { BackendError } from "../backend.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import { classifyNetworkError, classifyReply } from "./classify.ts";
import type { Connections, Outcome, Outgoing } from "./connections.ts";
import { type Decoder, decoderFor } from "./decoder.ts";
import { errorWords, quoted } from "./excerpt.ts";
import { Headers, type RawHeaders } from "./headers.ts";
import type { Secrets } from "./secrets.ts";

export interface Timeouts {
  /** Until the connection stands. */
  readonly connectMs: number;
  /** Between two pieces of an answer that has begun. */
  readonly idleMs: number;
  /** For one request as a whole, from when it is sent. */
  readonly totalMs: number;
}

/** What all requests of a client share. */
export interface ExchangeSettings {
  readonly connections: Connections;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Names and values of the headers that never change, in turn. */
  readonly headers: readonly string[];
  readonly timeouts: Timeouts;
  readonly secrets: Secrets;
  readonly maxBytes: number;
  readonly now: () => Date;
}

export interface Asked {
  /** `POST http://host/path`, for messages. */
  readonly name: string;
  readonly method: "GET" | "POST";
  /** With the prefix of the server's URL. */
  readonly path: string;
  readonly body: unknown;
  readonly accept: "application/json" | "text/event-stream";
  readonly signal: AbortSignal;
  /** Takes the pieces of a good answer; what it throws ends the exchange. */
  readonly onChunk: (chunk: Buffer, atMs: number) => void;
}

export interface Answered {
  readonly headers: Headers;
  /** From sending to the last byte. */
  readonly wallMs: number;
}

const MAX_ERROR_BYTES = 1 << 16;

/**
 * Sends one request and reads its whole answer. Rejects with `BackendError` (of kind `not-sent` when it was taken back before), or with
 * `InterruptedError` when it is aborted.
 */
export function exchange(settings: ExchangeSettings, asked: Asked): Promise<Answered> {
  throwIfAborted(asked.signal);
  return new Promise((resolve, reject) => new Exchange(settings, asked, resolve, reject).start());
}

class Exchange implements Outgoing, Dispatcher.DispatchHandler {
  readonly #settings: ExchangeSettings;
  readonly #asked: Asked;
  readonly #body: string | null;
  readonly #resolve: (answered: Answered) => void;
  readonly #reject: (error: unknown) => void;
  /** Pieces of an answer that is an error. */
  readonly #words = new ByteBuffer();
  #done: ((outcome: Outcome) => void) | undefined;
  #decoder: Decoder | "plain" = "plain";
  #sentAtMs = 0;
  #status = 0;
  #headers = new Headers({});
  #total: NodeJS.Timeout | undefined;
  #unwatch: () => void = () => {};
  #bytes = 0;
  #settled = false;

  constructor(
    settings: ExchangeSettings,
    asked: Asked,
    resolve: (answered: Answered) => void,
    reject: (error: unknown) => void,
  ) {
    this.#settings = settings;
    this.#asked = asked;
    this.#resolve = resolve;
    this.#reject = reject;
    // Made now, so that it leaves at once when a place is free.
    this.#body = asked.body === undefined ? null : JSON.stringify(asked.body);
  }

  start(): void {
    this.#unwatch = watchAbort(this.#asked.signal, () => this.#abort());
    this.#settings.connections.submit(this);
  }

  send(over: Dispatcher, done: (outcome: Outcome) => void): void {
    this.#done = done;
    const { method, path, accept } = this.#asked;
    const { origin, headers } = this.#settings;
    const type = this.#body === null ? [] : ["content-type", "application/json"];
    over.dispatch({ origin, method, path, headers: ["accept", accept, ...headers, ...type], body: this.#body }, this);
  }

  /** The connection stands, and the request is written to it now. */
  onRequestStart(): void {
    const { totalMs } = this.#settings.timeouts;
    this.#sentAtMs = performance.now();
    this.#total = setTimeout(() => this.#late(`not finished within ${totalMs} ms`), totalMs);
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, raw: RawHeaders): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = new Headers(raw);
    const encoding = this.#headers.get("content-encoding");
    const decoder = decoderFor(encoding, {
      onChunk: (chunk) => this.#take(chunk),
      onEnd: () => this.#end(),
      onError: (error) => this.#bad(`the answer can't be decompressed: ${error.message}`, true),
    });
    if (decoder === undefined) this.#bad(`the answer's content-encoding is ${this.#quote(encoding ?? "")}`, false);
    else this.#decoder = decoder;
    const { accept } = this.#asked;
    const type = this.#headers.get("content-type") ?? "";
    if (!this.#ok() || type.toLowerCase().startsWith(accept)) return;
    this.#bad(`the answer is ${type === "" ? "of no content type" : this.#quote(type)}, not ${accept}`, false);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#settled) return;
    if (this.#decoder === "plain") this.#take(chunk);
    else this.#decoder.push(chunk);
  }

  onResponseEnd(): void {
    // Answered before all of it was sent: the rest would be taken for the next request.
    this.#leave(this.#ok() ? "good" : this.#status === 413 ? "dropped" : "bad");
    if (this.#decoder === "plain") this.#end();
    else if (!this.#settled) this.#decoder.end();
  }

  onResponseError(_: Dispatcher.DispatchController | undefined, error: NodeJS.ErrnoException): void {
    // undici's client may be left waiting for a server that it could not connect to.
    this.#leave("dropped");
    this.#broke(error);
  }

  /** Closed before it was sent. */
  onError(error: NodeJS.ErrnoException): void {
    this.#broke(error);
  }

  onRecall(): void {
    const message = `${this.#asked.name}: not sent, since the server refused another request`;
    this.#fail(new BackendError({ kind: "not-sent", retryable: true, message }));
  }

  #ok(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }

  /** The next piece of the answer's body. */
  #take(chunk: Buffer): void {
    if (this.#settled) return;
    const ok = this.#ok();
    this.#bytes += chunk.length;
    if (this.#bytes > (ok ? this.#settings.maxBytes : MAX_ERROR_BYTES)) this.#tooLarge();
    else if (!ok) this.#words.push(chunk);
    else {
      try {
        this.#asked.onChunk(chunk, performance.now() - this.#sentAtMs);
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  /** The answer is whole. */
  #end(): void {
    if (!this.#ok()) this.#refused();
    else if (this.#settle()) this.#resolve({ headers: this.#headers, wallMs: performance.now() - this.#sentAtMs });
  }

  /** The connection failed; an error that was already told counts more. */
  #broke(error: NodeJS.ErrnoException): void {
    const { name } = this.#asked;
    const { connectMs, idleMs } = this.#settings.timeouts;
    if (this.#status !== 0 && !this.#ok()) this.#refused();
    else if (error.code === "UND_ERR_CONNECT_TIMEOUT") this.#late(`no connection within ${connectMs} ms`);
    else if (error.code === "UND_ERR_BODY_TIMEOUT") this.#late(`the answer stood still for ${idleMs} ms`);
    else this.#fail(classifyNetworkError(error, name, this.#sentAtMs !== 0));
  }

  #tooLarge(): void {
    if (this.#ok()) this.#bad(`the answer is larger than ${this.#settings.maxBytes} bytes`, false);
    else this.#refused();
  }

  /** The server answered with something else than success. */
  #refused(): void {
    const status = this.#status;
    const location = status >= 300 && status < 400 ? this.#headers.get("location") : undefined;
    const { secrets, now } = this.#settings;
    this.#fail(
      classifyReply(
        {
          request: this.#asked.name,
          status,
          retryAfter: this.#headers.get("retry-after"),
          location: location === undefined ? undefined : this.#quote(location),
          said: errorWords(this.#words.toString(), (text) => secrets.redact(text)),
        },
        now(),
      ),
    );
  }

  #quote(text: string): string {
    return quoted(text, (words) => this.#settings.secrets.redact(words));
  }

  #bad(problem: string, retryable: boolean): void {
    this.#fail(new BackendError({ kind: "bad-response", retryable, message: `${this.#asked.name}: ${problem}` }));
  }

  #late(what: string): void {
    this.#fail(new BackendError({ kind: "timeout", retryable: true, message: `${this.#asked.name}: ${what}` }));
  }

  #abort(): void {
    try {
      throwIfAborted(this.#asked.signal);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (!this.#settle()) return;
    this.#reject(error);
    if (this.#decoder !== "plain") this.#decoder.drop();
    if (this.#done === undefined) this.#settings.connections.withdraw(this);
    // Of no effect where the answer was read to its end: then the connection is fit for another.
    else this.#leave("dropped");
  }

  /** The connection is done with this request. */
  #leave(outcome: Outcome): void {
    this.#done?.(outcome);
    this.#done = () => {};
  }

  /** True the first time. */
  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#total);
    this.#unwatch();
    return true;
  }
}

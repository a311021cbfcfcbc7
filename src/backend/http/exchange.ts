import { throwIfAborted } from "../../domain/errors.ts";
import { watchAbort } from "../abort-watch.ts";
import { BackendError } from "../backend.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import { classifyNetworkError, classifyReply } from "./classify.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionPool, Outgoing } from "./connection-pool.ts";
import { errorWords, quoted } from "./excerpt.ts";
import type { Headers } from "./response-parser.ts";
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
  readonly pool: ConnectionPool;
  /** Lines of the request's head that never change, each with its line end: host and credentials. */
  readonly headLines: string;
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
const NO_HEADERS: Headers = new Map();

/**
 * Sends one request and reads its whole answer. Rejects with `BackendError` (of kind `not-sent` when it was taken back before), or with
 * `InterruptedError` when it is aborted.
 */
export function exchange(settings: ExchangeSettings, asked: Asked): Promise<Answered> {
  throwIfAborted(asked.signal);
  return new Promise((resolve, reject) => new Exchange(settings, asked, resolve, reject).start());
}

class Exchange implements Outgoing {
  readonly text: string;
  readonly encoding: "latin1" | "utf8";
  readonly #settings: ExchangeSettings;
  readonly #asked: Asked;
  readonly #resolve: (answered: Answered) => void;
  readonly #reject: (error: unknown) => void;
  /** Pieces of an answer that is an error. */
  readonly #words = new ByteBuffer();
  #sentAtMs = 0;
  #connection: Connection | undefined;
  #status = 0;
  #headers: Headers = NO_HEADERS;
  #total: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #unwatch: () => void = () => {};
  #bytes = 0;
  /** The answer was read to its end, so its connection is fit for another, whatever was said. */
  #whole = false;
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
    const { method, path, accept, body } = asked;
    const head = `${method} ${path} HTTP/1.1\r\naccept: ${accept}\r\n${settings.headLines}`;
    const payload = body === undefined ? "" : JSON.stringify(body);
    const bytes = Buffer.byteLength(payload);
    this.text =
      body === undefined
        ? `${head}\r\n`
        : `${head}content-type: application/json\r\ncontent-length: ${bytes}\r\n\r\n${payload}`;
    // One byte a character is written faster, and says the same where there are as many of either.
    this.encoding = bytes === payload.length ? "latin1" : "utf8";
  }

  start(): void {
    this.#unwatch = watchAbort(this.#asked.signal, () => this.#abort());
    this.#settings.pool.submit(this);
  }

  onSent(connection: Connection): void {
    const { connectMs, totalMs } = this.#settings.timeouts;
    this.#connection = connection;
    this.#sentAtMs = performance.now();
    this.#total = setTimeout(() => this.#late(`not finished within ${totalMs} ms`), totalMs);
    if (!connection.stands)
      this.#idle = setTimeout(() => this.#late(`no connection within ${connectMs} ms`), connectMs);
  }

  onConnect(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }

  onHead(status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
    const { accept } = this.#asked;
    const type = headers.get("content-type") ?? "";
    if (!this.#ok() || type.toLowerCase().startsWith(accept)) return;
    const told = type === "" ? "of no content type" : quoted(type, (text) => this.#settings.secrets.redact(text));
    this.#bad(`the answer is ${told}, not ${accept}`, false);
  }

  onChunk(chunk: Buffer): void {
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

  onPause(): void {
    // Before the answer has begun there is no idle time, only that for the whole.
    if (this.#settled || this.#status === 0) return;
    const { idleMs } = this.#settings.timeouts;
    if (this.#idle === undefined)
      this.#idle = setTimeout(() => this.#late(`the answer stood still for ${idleMs} ms`), idleMs);
    else this.#idle.refresh();
  }

  onEnd(): void {
    this.#whole = true;
    if (!this.#ok()) this.#refused();
    else if (this.#settle()) {
      this.#resolve({ headers: this.#headers, wallMs: performance.now() - this.#sentAtMs });
    }
  }

  /** The connection failed; an error that was already told counts more. */
  onError(error: NodeJS.ErrnoException): void {
    const answering = this.#status !== 0;
    if (answering && !this.#ok()) this.#refused();
    else this.#fail(classifyNetworkError(error, this.#asked.name, answering));
  }

  onRecall(): void {
    const message = `${this.#asked.name}: not sent, since the server refused another request`;
    this.#fail(new BackendError({ kind: "not-sent", retryable: true, message }));
  }

  #ok(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }

  #tooLarge(): void {
    if (this.#ok()) this.#bad(`the answer is larger than ${this.#settings.maxBytes} bytes`, false);
    else this.#refused();
  }

  /** The server answered with something else than success. */
  #refused(): void {
    const { secrets, now } = this.#settings;
    const status = this.#status;
    const location = status >= 300 && status < 400 ? this.#headers.get("location") : undefined;
    this.#fail(
      classifyReply(
        {
          request: this.#asked.name,
          status,
          retryAfter: this.#headers.get("retry-after"),
          location: location === undefined ? undefined : quoted(location, (text) => secrets.redact(text)),
          said: errorWords(this.#words.toString(), (text) => secrets.redact(text)),
        },
        now(),
      ),
    );
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
    if (this.#connection === undefined) this.#settings.pool.withdraw(this);
    else if (!this.#whole) this.#connection.drop();
  }

  /** True the first time. */
  #settle(): boolean {
    if (this.#settled) return false;
    this.#settled = true;
    clearTimeout(this.#total);
    clearTimeout(this.#idle);
    this.#unwatch();
    return true;
  }
}

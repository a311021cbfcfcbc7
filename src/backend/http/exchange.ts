import type {
  Agent,
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  request,
} from "node:http";
import { throwIfAborted } from "../../domain/errors.ts";
import { watchAbort } from "../abort-watch.ts";
import { BackendError } from "../backend.ts";
import { classifyNetworkError, classifyReply } from "./classify.ts";
import { errorWords, excerpt } from "./excerpt.ts";
import type { Secrets } from "./secrets.ts";

export interface Timeouts {
  /** Until the connection stands. */
  readonly connectMs: number;
  /** Between two pieces of an answer that has begun. */
  readonly idleMs: number;
  /** For one request as a whole. */
  readonly totalMs: number;
}

/** What all requests of a client share. */
export interface Connection {
  readonly send: typeof request;
  readonly agent: Agent;
  /** Where requests go, taken apart once. */
  readonly target: { readonly protocol: string; readonly hostname: string; readonly port: string };
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
  readonly headers: IncomingHttpHeaders;
  /** From sending to the last byte. */
  readonly wallMs: number;
}

const MAX_ERROR_BYTES = 1 << 16;

/** Sends one request and reads its whole answer. Rejects with `BackendError`, or `InterruptedError` when it is aborted. */
export function exchange(connection: Connection, asked: Asked): Promise<Answered> {
  throwIfAborted(asked.signal);
  return new Promise((resolve, reject) => new Exchange(connection, asked, resolve, reject).start());
}

class Exchange {
  readonly #connection: Connection;
  readonly #asked: Asked;
  readonly #resolve: (answered: Answered) => void;
  readonly #reject: (error: unknown) => void;
  readonly #begunAt = performance.now();
  /** Pieces of an answer that is an error. */
  readonly #words: Buffer[] = [];
  #request: ClientRequest | undefined;
  #response: IncomingMessage | undefined;
  #total: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #unwatch: () => void = () => {};
  #bytes = 0;
  #settled = false;

  constructor(
    connection: Connection,
    asked: Asked,
    resolve: (answered: Answered) => void,
    reject: (error: unknown) => void,
  ) {
    this.#connection = connection;
    this.#asked = asked;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { send, agent, target, timeouts, secrets } = this.#connection;
    const { method, path, accept, body, signal } = this.#asked;
    // A string leaves in one write together with the headers; a buffer would take a second.
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers: OutgoingHttpHeaders =
      payload === undefined
        ? { accept, ...secrets.headers }
        : {
            accept,
            "content-type": "application/json",
            "content-length": Buffer.byteLength(payload),
            ...secrets.headers,
          };
    // Spreads stand last: a literal that goes on after a spread is a hundred times slower in V8.
    const sent = send({ path, method, agent, headers, ...target });
    this.#request = sent;
    this.#total = setTimeout(() => this.#late(`not finished within ${timeouts.totalMs} ms`), timeouts.totalMs);
    this.#unwatch = watchAbort(signal, () => this.#abort());
    sent.on("socket", (socket) => {
      if (!socket.connecting) return;
      const late = (): void => this.#late(`no connection within ${timeouts.connectMs} ms`);
      this.#idle = setTimeout(late, timeouts.connectMs);
      socket.once("connect", () => clearTimeout(this.#idle));
    });
    sent.on("error", (error) => this.#broken(error));
    sent.on("response", (response) => this.#read(response));
    sent.end(payload);
  }

  #read(response: IncomingMessage): void {
    this.#response = response;
    const { timeouts, maxBytes } = this.#connection;
    const { accept, onChunk } = this.#asked;
    const ok = this.#ok();
    const type = response.headers["content-type"] ?? "";
    if (ok && !type.toLowerCase().startsWith(accept)) {
      this.#bad(`the answer is ${type === "" ? "of no content type" : excerpt(type)}, not ${accept}`, false);
      return;
    }
    const late = (): void => this.#late(`the answer stood still for ${timeouts.idleMs} ms`);
    this.#idle = setTimeout(late, timeouts.idleMs);
    response.on("data", (chunk: Buffer) => {
      this.#idle?.refresh();
      this.#bytes += chunk.length;
      if (this.#bytes > (ok ? maxBytes : MAX_ERROR_BYTES)) this.#tooLarge();
      else if (!ok) this.#words.push(chunk);
      else {
        try {
          onChunk(chunk, performance.now() - this.#begunAt);
        } catch (error) {
          this.#fail(error);
        }
      }
    });
    response.on("error", (error) => this.#broken(error));
    response.on("end", () => this.#end(response));
    // After a whole answer, which is almost always, there is nothing left to tell.
    response.on("close", () => {
      if (!this.#settled) this.#bad("the answer was cut off", true);
    });
  }

  #end(response: IncomingMessage): void {
    if (!this.#ok()) this.#refused();
    else if (!response.complete) this.#bad("the answer was cut off", true);
    else if (this.#settle()) {
      this.#resolve({ headers: response.headers, wallMs: performance.now() - this.#begunAt });
    }
  }

  #ok(): boolean {
    const status = this.#response?.statusCode ?? 0;
    return status >= 200 && status < 300;
  }

  #tooLarge(): void {
    if (this.#ok()) this.#bad(`the answer is larger than ${this.#connection.maxBytes} bytes`, false);
    else this.#refused();
  }

  /** The server answered with something else than success. */
  #refused(): void {
    const { secrets, now } = this.#connection;
    const { statusCode: status = 0, headers } = this.#response ?? { headers: {} };
    const redirect = status >= 300 && status < 400;
    this.#fail(
      classifyReply(
        {
          request: this.#asked.name,
          status,
          retryAfter: headers["retry-after"],
          location: redirect ? excerpt(secrets.redact(headers.location ?? "")) : undefined,
          // Redacted first: a cut in the middle of a secret would hide it from the search, and show half of it.
          said: errorWords(secrets.redact(Buffer.concat(this.#words).toString("utf8"))),
        },
        now(),
      ),
    );
  }

  /** The connection failed; an error that was already told counts more. */
  #broken(error: NodeJS.ErrnoException): void {
    if (this.#response !== undefined && !this.#ok()) this.#refused();
    else this.#fail(classifyNetworkError(error, this.#asked.name, this.#response !== undefined));
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
    if (this.#settle()) this.#reject(error);
    this.#request?.destroy();
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

import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { throwIfAborted } from "../../domain/errors.ts";
import { watchAbort } from "../abort-watch.ts";
import { BackendError } from "../backend.ts";
import { classifyNetworkError, classifyReply } from "./classify.ts";
import { EventStreamParser } from "./event-stream.ts";
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

export interface HttpClientOptions {
  /** Scheme, host, port and path prefix, without a slash at the end. */
  readonly baseUrl: string;
  readonly timeouts: Timeouts;
  /** Connections kept open at most. */
  readonly connections: number;
  readonly secrets: Secrets;
  /** Largest answer that is read. */
  readonly maxBytes?: number;
  /** Wall clock, to read `Retry-After` dates by. */
  readonly now: () => Date;
}

/** A whole JSON answer with status 2xx. */
export interface JsonReply {
  readonly body: unknown;
  readonly headers: IncomingHttpHeaders;
  /** From sending to the last byte. */
  readonly wallMs: number;
}

/** A whole event stream; `atMs` is each event's time since the request was sent. */
export interface EventsReply {
  readonly events: readonly { readonly data: unknown; readonly atMs: number }[];
  readonly wallMs: number;
}

const MAX_BYTES = 32 << 20;
const MAX_ERROR_BYTES = 1 << 16;
const END_OF_EVENTS = "[DONE]";

interface Exchange {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly body: unknown;
  readonly accept: "application/json" | "text/event-stream";
  readonly signal: AbortSignal;
  readonly onChunk: (chunk: Buffer, atMs: number) => void;
}

/**
 * JSON over HTTP to one server, on kept-alive connections: deadlines, a size cap, no redirects, whole answers only. Rejects with
 * `BackendError` (secrets removed from its text), or with `InterruptedError` when `signal` is aborted.
 */
export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #agent: Agent;
  readonly #send: typeof httpRequest;
  /** Where requests go, taken apart once. */
  readonly #target: { readonly protocol: string; readonly hostname: string; readonly port: string };
  readonly #prefix: string;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    const pool = {
      keepAlive: true,
      maxSockets: options.connections,
      maxFreeSockets: options.connections,
      scheduling: "lifo" as const,
    };
    const { protocol, hostname, port, pathname } = new URL(options.baseUrl);
    const secure = protocol === "https:";
    this.#agent = secure ? new HttpsAgent(pool) : new Agent(pool);
    this.#send = secure ? httpsRequest : httpRequest;
    this.#target = { protocol, hostname: hostname.replace(/^\[|\]$/g, ""), port };
    this.#prefix = pathname.replace(/\/$/, "");
  }

  get(path: string, signal: AbortSignal): Promise<JsonReply> {
    return this.#json("GET", path, undefined, signal);
  }

  post(path: string, body: unknown, signal: AbortSignal): Promise<JsonReply> {
    return this.#json("POST", path, body, signal);
  }

  /** Posts and reads a `text/event-stream` to its `[DONE]`; a stream that ends before is cut, and an error. */
  async events(path: string, body: unknown, signal: AbortSignal): Promise<EventsReply> {
    const events: { data: unknown; atMs: number }[] = [];
    const { fault } = this.#place("POST", path);
    let done = false;
    let now = 0;
    const parser = new EventStreamParser((data) => {
      if (data === END_OF_EVENTS) done = true;
      else if (!done) events.push({ data: this.#parse(data, fault), atMs: now });
    });
    const { wallMs } = await this.#exchange({
      method: "POST",
      path,
      body,
      accept: "text/event-stream",
      signal,
      onChunk: (chunk, atMs) => {
        now = atMs;
        parser.push(chunk);
      },
    });
    if (!done) throw fault(`the stream ended after ${events.length} events without [DONE]`, true);
    return { events, wallMs };
  }

  close(): void {
    this.#agent.destroy();
  }

  async #json(method: "GET" | "POST", path: string, body: unknown, signal: AbortSignal): Promise<JsonReply> {
    const chunks: Buffer[] = [];
    const { headers, wallMs } = await this.#exchange({
      method,
      path,
      body,
      accept: "application/json",
      signal,
      onChunk: (chunk) => chunks.push(chunk),
    });
    return {
      body: this.#parse(
        (chunks.length === 1 ? chunks[0] : Buffer.concat(chunks))?.toString("utf8") ?? "",
        this.#place(method, path).fault,
      ),
      headers,
      wallMs,
    };
  }

  #exchange(exchange: Exchange): Promise<{ readonly headers: IncomingHttpHeaders; readonly wallMs: number }> {
    const { timeouts, secrets, maxBytes = MAX_BYTES } = this.#options;
    const { request: name, fault } = this.#place(exchange.method, exchange.path);
    throwIfAborted(exchange.signal);
    return new Promise((resolve, reject) => {
      const start = performance.now();
      // A string leaves in one write together with the headers; a buffer would take a second.
      const payload = exchange.body === undefined ? undefined : JSON.stringify(exchange.body);
      let response: IncomingMessage | undefined;
      let settled = false;
      const settle = (finish: () => void): void => {
        if (settled) return;
        settled = true;
        clearTimeout(total);
        clearTimeout(idle);
        unwatch();
        finish();
      };
      const fail = (error: unknown): void => {
        settle(() => reject(error));
        request.destroy();
      };
      const late = (what: string): void =>
        fail(new BackendError({ kind: "timeout", retryable: true, message: `${name}: ${what}` }));
      const abort = (): void => {
        try {
          throwIfAborted(exchange.signal);
        } catch (error) {
          fail(error);
        }
      };
      const onIdle = (): void => {
        if (response === undefined) late(`no connection within ${timeouts.connectMs} ms`);
        else late(`the answer stood still for ${timeouts.idleMs} ms`);
      };

      const request = this.#send({
        ...this.#target,
        path: this.#prefix + exchange.path,
        method: exchange.method,
        agent: this.#agent,
        headers: {
          accept: exchange.accept,
          ...(payload === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) }),
          ...secrets.headers,
        },
      });
      const total = setTimeout(() => late(`not finished within ${timeouts.totalMs} ms`), timeouts.totalMs);
      let idle: NodeJS.Timeout | undefined;
      const unwatch = watchAbort(exchange.signal, abort);

      request.on("socket", (socket) => {
        if (!socket.connecting) return;
        idle = setTimeout(onIdle, timeouts.connectMs);
        socket.once("connect", () => clearTimeout(idle));
      });
      request.on("error", (error: NodeJS.ErrnoException) => {
        // A kept-alive connection that the server closed at the same moment: nothing was answered, so asking again is safe.
        fail(classifyNetworkError(error, name, response !== undefined));
      });
      request.on("response", (incoming) => {
        response = incoming;
        const status = incoming.statusCode ?? 0;
        const ok = status >= 200 && status < 300;
        const limit = ok ? maxBytes : MAX_ERROR_BYTES;
        const words: Buffer[] = [];
        let size = 0;
        const failed = (): BackendError =>
          classifyReply(
            {
              request: name,
              status,
              retryAfter: incoming.headers["retry-after"],
              location:
                status >= 300 && status < 400 ? secrets.redact(excerpt(incoming.headers.location ?? "")) : undefined,
              said: secrets.redact(errorWords(Buffer.concat(words).toString("utf8"))),
            },
            this.#options.now(),
          );
        const type = incoming.headers["content-type"] ?? "";
        if (ok && !type.toLowerCase().startsWith(exchange.accept)) {
          fail(
            fault(`the answer is ${type === "" ? "of no content type" : excerpt(type)}, not ${exchange.accept}`, false),
          );
          return;
        }
        idle = setTimeout(onIdle, timeouts.idleMs);
        incoming.on("data", (chunk: Buffer) => {
          idle?.refresh();
          size += chunk.length;
          if (size > limit) {
            fail(ok ? fault(`the answer is larger than ${limit} bytes`, false) : failed());
            return;
          }
          if (!ok) words.push(chunk);
          else {
            try {
              exchange.onChunk(chunk, performance.now() - start);
            } catch (error) {
              fail(error);
            }
          }
        });
        incoming.on("error", (error: NodeJS.ErrnoException) =>
          fail(ok ? classifyNetworkError(error, name, true) : failed()),
        );
        incoming.on("end", () => {
          if (!ok) settle(() => reject(failed()));
          else if (!incoming.complete) fail(fault("the answer was cut off", true));
          else settle(() => resolve({ headers: incoming.headers, wallMs: performance.now() - start }));
        });
        incoming.on("close", () => {
          // After a whole answer, which is almost always, there is nothing to tell; an error costs more than it looks.
          if (!settled) fail(fault("the answer was cut off", true));
        });
      });
      request.end(payload);
    });
  }

  #parse(text: string, fault: (problem: string, retryable: boolean) => BackendError): unknown {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // A body cut in the middle looks the same, so it may heal.
      const said = this.#options.secrets.redact(excerpt(text));
      throw fault(said === "" ? "the answer is empty" : `the answer is not JSON: ${said.slice(0, 120)}`, true);
    }
  }

  #place(method: string, path: string) {
    const request = `${method} ${this.#options.baseUrl}${path}`;
    const fault = (problem: string, retryable: boolean): BackendError =>
      new BackendError({ kind: "bad-response", retryable, message: `${request}: ${problem}` });
    return { request, fault };
  }
}

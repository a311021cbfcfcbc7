import type { LookupFunction } from "node:net";
import { BackendError } from "../backend.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { EventStreamParser } from "./event-stream.ts";
import { quoted } from "./excerpt.ts";
import { type ExchangeSettings, exchange, type Timeouts } from "./exchange.ts";
import type { Headers } from "./response-parser.ts";
import type { Secrets } from "./secrets.ts";

export interface HttpClientOptions {
  /** Scheme, host, port and path prefix, without a slash at the end. */
  readonly baseUrl: string;
  readonly timeouts: Timeouts;
  /** Connections at most, and so requests in flight; more of them wait. */
  readonly connections: number;
  readonly secrets: Secrets;
  /** Largest answer that is read. */
  readonly maxBytes?: number;
  /** Wall clock, to read `Retry-After` dates by. */
  readonly now: () => Date;
  /** Finds a host's addresses, and may refuse them; absent: the system's. */
  readonly lookup?: LookupFunction;
}

/** A whole JSON answer with status 2xx. */
export interface JsonReply {
  readonly body: unknown;
  readonly headers: Headers;
  /** From sending to the last byte. */
  readonly wallMs: number;
}

/** A whole event stream; `atMs` is each event's time since the request was sent. */
export interface EventsReply {
  readonly events: readonly { readonly data: unknown; readonly atMs: number }[];
  readonly wallMs: number;
}

const MAX_BYTES = 32 << 20;
const END_OF_EVENTS = "[DONE]";
/** Characters of a bad answer that are looked at to quote its first words. */
const MAX_QUOTED = 4096;

/**
 * JSON over HTTP to one server, on kept-alive connections: deadlines, a size cap, no redirects, whole answers only. Rejects with
 * `BackendError` (secrets removed from its text), or with `InterruptedError` when `signal` is aborted.
 */
export class HttpClient {
  readonly #baseUrl: string;
  readonly #settings: ExchangeSettings;
  readonly #prefix: string;

  constructor(options: HttpClientOptions) {
    const { baseUrl, timeouts, secrets, now, maxBytes = MAX_BYTES, connections, lookup } = options;
    const { protocol, host, hostname, port, pathname } = new URL(baseUrl);
    const secure = protocol === "https:";
    const target = {
      secure,
      host: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port === "" ? (secure ? 443 : 80) : port),
      ...(lookup === undefined ? {} : { lookup }),
    };
    const headers = { host, ...secrets.headers };
    this.#baseUrl = baseUrl;
    this.#prefix = pathname.replace(/\/$/, "");
    this.#settings = {
      pool: new ConnectionPool(target, connections),
      headLines: Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join(""),
      timeouts,
      secrets,
      maxBytes,
      now,
    };
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
    const name = this.#nameOf("POST", path);
    let done = false;
    let now = 0;
    const parser = new EventStreamParser((data) => {
      if (data === END_OF_EVENTS) done = true;
      else if (!done) events.push({ data: this.#parse(data, name), atMs: now });
    });
    const { wallMs } = await exchange(this.#settings, {
      name,
      method: "POST",
      path: this.#prefix + path,
      body,
      accept: "text/event-stream",
      signal,
      onChunk: (chunk, atMs) => {
        now = atMs;
        parser.push(chunk);
      },
    });
    if (!done) throw garbled(name, `the stream ended after ${events.length} events without [DONE]`);
    return { events, wallMs };
  }

  /** Takes the client's secrets out of words that a server put into an answer. */
  redact(text: string): string {
    return this.#settings.secrets.redact(text);
  }

  /** Takes back the requests that have not been sent. */
  recall(): void {
    this.#settings.pool.recall();
  }

  /** For good; what is in flight or waits is rejected. */
  close(): void {
    this.#settings.pool.close();
  }

  async #json(method: "GET" | "POST", path: string, body: unknown, signal: AbortSignal): Promise<JsonReply> {
    const bytes = new ByteBuffer();
    const name = this.#nameOf(method, path);
    const { headers, wallMs } = await exchange(this.#settings, {
      name,
      method,
      path: this.#prefix + path,
      body,
      accept: "application/json",
      signal,
      onChunk: (chunk) => bytes.push(chunk),
    });
    return { body: this.#parse(bytes.toString(), name), headers, wallMs };
  }

  #parse(text: string, name: string): unknown {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      const said = quoted(text.slice(0, MAX_QUOTED), (words) => this.redact(words));
      throw garbled(name, said === "" ? "the answer is empty" : `the answer is not JSON: ${said.slice(0, 120)}`);
    }
  }

  #nameOf(method: string, path: string): string {
    return `${method} ${this.#baseUrl}${path}`;
  }
}

/** An answer that makes no sense looks like one that was cut in the middle, so it may heal. */
function garbled(name: string, problem: string): BackendError {
  return new BackendError({ kind: "bad-response", retryable: true, message: `${name}: ${problem}` });
}

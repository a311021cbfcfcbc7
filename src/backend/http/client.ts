import { createParser } from "eventsource-parser";
import type { Route } from "../../network/dispatcher.ts";
import { proxyName } from "../../network/proxy-for.ts";
import { BackendError } from "../backend.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import { connectionsTo } from "./connect.ts";
import { Connections } from "./connections.ts";
import { ACCEPTED_ENCODINGS } from "./decoder.ts";
import { quoted } from "./excerpt.ts";
import { type ExchangeSettings, exchange, type Timeouts } from "./exchange.ts";
import type { Headers } from "./headers.ts";
import type { Secrets } from "./secrets.ts";

export interface HttpClientOptions {
  /** Scheme, host, port and path prefix, without a slash at the end, and a query that goes with every request. */
  readonly baseUrl: string;
  readonly timeouts: Timeouts;
  /** Connections at most, and so requests in flight; more of them wait. */
  readonly connections: number;
  readonly secrets: Secrets;
  /** Largest answer that is read. */
  readonly maxBytes?: number;
  /** Wall clock, to read `Retry-After` dates by. */
  readonly now: () => Date;
  /** How connections are made; absent: straight to what the system finds. */
  readonly route?: Route;
}

/** A whole JSON answer with status 2xx. */
export interface JsonReply {
  readonly body: unknown;
  readonly headers: Headers;
  /** From sending to the last byte. */
  readonly wallMs: number;
}

/** An event stream as far as it came; `atMs` is each event's time since the request was sent. */
export interface EventsReply {
  /** It said so itself, by `[DONE]`; some servers only stop. */
  readonly ended: boolean;
  readonly events: readonly { readonly data: unknown; readonly atMs: number }[];
  readonly wallMs: number;
}

const MAX_BYTES = 32 << 20;
const END_OF_EVENTS = "[DONE]";
/** Nothing, or a comment that was sent as an event: some servers keep a stream alive with them. */
const IDLE_EVENT = /^\s*(:|$)/;
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
  readonly #search: string;
  /** What messages say of how the server is reached. */
  readonly #way: string;

  constructor(options: HttpClientOptions) {
    const { baseUrl, timeouts, secrets, now, maxBytes = MAX_BYTES, connections, route = {} } = options;
    const { origin, pathname, search } = new URL(baseUrl);
    this.#baseUrl = baseUrl.slice(0, baseUrl.length - search.length);
    this.#search = search;
    this.#way = route.proxy === undefined ? "" : ` (through the proxy ${proxyName(route.proxy)})`;
    this.#prefix = pathname.replace(/\/$/, "");
    this.#settings = {
      connections: new Connections(connectionsTo(origin, route, timeouts), connections),
      origin,
      headers: ["accept-encoding", ACCEPTED_ENCODINGS, ...Object.entries(secrets.headers).flat()],
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

  /** Posts and reads a `text/event-stream`; whether it is whole the events must tell where it ends without `[DONE]`. */
  async events(path: string, body: unknown, signal: AbortSignal): Promise<EventsReply> {
    const events: { data: unknown; atMs: number }[] = [];
    const name = this.#nameOf("POST", path);
    let done = false;
    let now = 0;
    const decoder = new TextDecoder();
    const parser = createParser({
      onEvent: ({ data }) => {
        if (data === END_OF_EVENTS) done = true;
        else if (!done && !IDLE_EVENT.test(data)) events.push({ data: this.#parse(data, name), atMs: now });
      },
    });
    const { wallMs } = await exchange(this.#settings, {
      name,
      method: "POST",
      path: this.#prefix + path + this.#search,
      body,
      accept: "text/event-stream",
      signal,
      onChunk: (chunk, atMs) => {
        now = atMs;
        parser.feed(decoder.decode(chunk, { stream: true }));
      },
    });
    // A line that ended in CR alone waits for what comes next.
    parser.feed("\n");
    return { events, ended: done, wallMs };
  }

  /** Takes the client's secrets out of words that a server put into an answer. */
  redact(text: string): string {
    return this.#settings.secrets.redact(text);
  }

  /** Takes back the requests that have not been sent. */
  recall(): void {
    this.#settings.connections.recall();
  }

  /** For good; what is in flight or waits is rejected. */
  close(): void {
    this.#settings.connections.close();
  }

  async #json(method: "GET" | "POST", path: string, body: unknown, signal: AbortSignal): Promise<JsonReply> {
    const bytes = new ByteBuffer();
    const name = this.#nameOf(method, path);
    const { headers, wallMs } = await exchange(this.#settings, {
      name,
      method,
      path: this.#prefix + path + this.#search,
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
    return `${method} ${this.#baseUrl}${path}${this.#way}`;
  }
}

/** An answer that makes no sense looks like one that was cut in the middle, so it may heal. */
function garbled(name: string, problem: string): BackendError {
  return new BackendError({ kind: "bad-response", retryable: true, message: `${name}: ${problem}` });
}

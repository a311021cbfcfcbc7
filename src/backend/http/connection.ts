import { connect as connectPlain, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import { HTTPParser } from "http-parser-js";

/** Where a client's connections go, taken apart once. */
export interface Target {
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** Finds the host's addresses, and may refuse them; absent: the system's. */
  readonly lookup?: LookupFunction;
}

/** Names in lower case; of a name that came twice, the last value. */
export type Headers = ReadonlyMap<string, string>;

/** Takes what comes back of one request, in this order; after `onEnd` or `onError` nothing more comes. Must not throw. */
export interface Reader {
  /** The connection stands; not called when it did already. */
  onConnect(): void;
  onHead(status: number, headers: Headers): void;
  onChunk(chunk: Buffer): void;
  /** All that has come so far was told, and it is not the whole answer. */
  onPause(): void;
  /** The answer is whole. */
  onEnd(): void;
  /** The connection failed, or what came is no HTTP (codes `HPE_…`). */
  onError(error: NodeJS.ErrnoException): void;
}

/** So that a dead peer is noticed while it seems to think. */
const KEEP_ALIVE_MS = 10_000;

/**
 * One connection to a server, kept open, with one request at a time: a socket, a parser of HTTP/1.1, and no more. Node's own client spends 70 µs of
 * processor time on a request; at 3,200 answers a second that is a quarter of all there is.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #parser = new HTTPParser(HTTPParser.RESPONSE);
  readonly #onFree: (connection: Connection) => void;
  readonly #onClosed: (connection: Connection) => void;
  #reader: Reader | undefined;
  #stands = false;
  #closed = false;
  /** Status 1xx: the answer itself is still to come. */
  #interim = false;
  /** The answer's last byte was read. */
  #whole = false;
  /** Another request may follow. */
  #kept = false;

  /** `onFree`: another request may be sent now; `onClosed`: none, ever. */
  constructor(target: Target, onFree: (connection: Connection) => void, onClosed: (connection: Connection) => void) {
    this.#onFree = onFree;
    this.#onClosed = onClosed;
    this.#socket = open(target);
    this.#socket.once(target.secure ? "secureConnect" : "connect", () => {
      this.#stands = true;
      this.#reader?.onConnect();
    });
    this.#socket.on("data", (bytes: Buffer) => this.#read(bytes));
    this.#socket.on("end", () => this.#end());
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(failure("ECONNRESET", "the connection was closed")));
    this.#listen();
  }

  get stands(): boolean {
    return this.#stands;
  }

  /** Sends a whole request, head and body, as one write. */
  send(request: string, encoding: "latin1" | "utf8", reader: Reader): void {
    this.#reader = reader;
    this.#socket.ref();
    this.#socket.write(request, encoding);
  }

  /** Ends it, and with it the request that it carries. */
  close(): void {
    this.#fail(failure("ECONNRESET", "the client was closed"));
  }

  /** Ends it; what is still to come is told to nobody. */
  drop(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader = undefined;
    this.#socket.destroy();
    this.#onClosed(this);
  }

  /** The parser takes numbers as they come: one below zero would send it back over what it has read, for ever. Throwing stops it. */
  #listen(): void {
    this.#parser[HTTPParser.kOnHeadersComplete] = ({ statusCode, headers: flat, shouldKeepAlive, upgrade }) => {
      if (this.#whole) throw failure("HPE_UNEXPECTED_DATA", "more came than the answer");
      if (statusCode < 200 && !upgrade) {
        this.#interim = true;
        return;
      }
      const headers = headersOf(flat);
      if (!/^\d*$/.test(headers.get("content-length") ?? ""))
        throw failure("HPE_INVALID_CONTENT_LENGTH", "the answer's content-length is no number");
      this.#kept = shouldKeepAlive && !upgrade;
      this.#reader?.onHead(statusCode, headers);
    };
    this.#parser[HTTPParser.kOnBody] = (chunk, _, length) => {
      if (length < 0) throw failure("HPE_INVALID_CHUNK_SIZE", "a chunk's size is below zero");
      this.#reader?.onChunk(chunk);
    };
    this.#parser[HTTPParser.kOnMessageComplete] = () => {
      this.#whole = !this.#interim;
      this.#interim = false;
    };
  }

  #read(bytes: Buffer): void {
    // Nobody asked for it, and the next one to ask would take it for an answer.
    if (this.#reader === undefined) {
      this.drop();
      return;
    }
    const problem = this.#parse(bytes);
    if (problem !== undefined) this.#kept = false;
    if (this.#whole) this.#finish();
    else if (problem !== undefined) this.#fail(problem);
    else this.#reader?.onPause();
  }

  /** What is wrong with the bytes, whether the parser noticed or `#listen`. */
  #parse(bytes: Buffer): NodeJS.ErrnoException | undefined {
    try {
      const parsed = this.#parser.execute(bytes);
      return parsed instanceof Error ? failure("HPE_INVALID", parsed.message, parsed) : undefined;
    } catch (error) {
      return error instanceof Error ? error : failure("HPE_INVALID", String(error));
    }
  }

  /** The server will say no more: that ends an answer without a length, and cuts any other. */
  #end(): void {
    if (this.#reader !== undefined) this.#parser.finish();
    this.#kept = false;
    if (this.#whole) this.#finish();
    else this.#fail(failure("ECONNRESET", "the connection was closed"));
  }

  #finish(): void {
    if (this.#closed) return;
    const reader = this.#reader;
    this.#reader = undefined;
    this.#whole = false;
    reader?.onEnd();
    if (this.#closed) return;
    // Answered before all was sent: the rest would be taken for the next request.
    if (!this.#kept || this.#socket.writableLength > 0) this.drop();
    else {
      this.#onFree(this);
      // A connection that waits for work keeps no process alive.
      if (this.#reader === undefined) this.#socket.unref();
    }
  }

  #fail(error: NodeJS.ErrnoException): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.onError(error);
    this.drop();
  }
}

function open({ secure, host, port, lookup }: Target): Socket {
  const options = { host, port, ...(lookup === undefined ? {} : { lookup }) };
  // A certificate is checked against the name that was asked for; addresses are not sent as names (RFC 6066, 3).
  const socket = secure
    ? connectSecure({ ...options, ...(isIP(host) === 0 ? { servername: host } : {}) })
    : connectPlain(options);
  return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
}

function headersOf(flat: readonly string[]): Headers {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < flat.length; index += 2)
    headers.set((flat[index] ?? "").toLowerCase(), flat[index + 1] ?? "");
  return headers;
}

function failure(code: string, message: string, cause?: NodeJS.ErrnoException): NodeJS.ErrnoException {
  return Object.assign(new Error(message, { cause }), { code: cause?.code ?? code });
}

import { connect as connectPlain, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import { ResponseParser, type ResponseSink } from "./response-parser.ts";

/** Where a client's connections go, taken apart once. */
export interface Target {
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** Finds the host's addresses, and may refuse them; absent: the system's. */
  readonly lookup?: LookupFunction;
}

/** Takes what comes back of one request, in this order; after `onEnd` or `onError` nothing more comes. Must not throw. */
export interface Reader extends ResponseSink {
  /** The connection stands; not called when it did already. */
  onConnect(): void;
  /** All that has come so far was told, and it is not the whole answer. */
  onPause(): void;
  /** The answer is whole. */
  onEnd(): void;
  /** The connection failed, or what came is no HTTP (codes `HPE_…`). */
  onError(error: NodeJS.ErrnoException): void;
}

/** Who a connection belongs to. */
export interface ConnectionOwner {
  /** Another request may be sent on it now. */
  onFree(connection: Connection): void;
  /** None, ever. */
  onClosed(connection: Connection): void;
  /** What a later encrypted connection can be begun with, faster. */
  onSession(session: Buffer): void;
}

/** So that a dead peer is noticed while it seems to think. */
const KEEP_ALIVE_MS = 10_000;

/**
 * One connection to a server, kept open, with one request at a time: a socket, a parser, and no more. Node's own client spends 70 µs of processor
 * time on a request; at 3,200 answers a second that is a quarter of all there is.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #parser: ResponseParser;
  #reader: Reader | undefined;
  #stands = false;
  #closed = false;
  #ok = false;

  constructor(target: Target, session: Buffer | undefined, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#parser = new ResponseParser({
      onHead: (status, headers) => {
        this.#ok = status >= 200 && status < 300;
        this.#reader?.onHead(status, headers);
      },
      onChunk: (chunk) => this.#reader?.onChunk(chunk),
    });
    this.#socket = open(target, session);
    this.#socket.once(target.secure ? "secureConnect" : "connect", () => {
      this.#stands = true;
      this.#reader?.onConnect();
    });
    this.#socket.on("session", (fresh: Buffer) => owner.onSession(fresh));
    this.#socket.on("data", (bytes: Buffer) => this.#read(bytes));
    this.#socket.on("end", () => this.#end());
    this.#socket.on("error", (error) => this.fail(error));
    this.#socket.on("close", () => this.fail(cutOff()));
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

  /** Ends it, and tells the request that it carries why. */
  fail(error: NodeJS.ErrnoException): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.onError(error);
    this.drop();
  }

  /** Ends it; what is still to come is told to nobody. */
  drop(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reader = undefined;
    this.#socket.destroy();
    this.#owner.onClosed(this);
  }

  #read(bytes: Buffer): void {
    // Nobody asked for it, and the next one to ask would take it for an answer.
    if (this.#reader === undefined) {
      this.drop();
      return;
    }
    try {
      if (this.#parser.push(bytes)) this.#finish();
      else this.#reader?.onPause();
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.fail(error);
    }
  }

  /** The server will say no more: that ends an answer without a length, and cuts any other. */
  #end(): void {
    if (this.#reader !== undefined && this.#parser.end()) this.#finish();
    this.fail(cutOff());
  }

  #finish(): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.onEnd();
    // Answered before all was sent: the rest would be taken for the next request.
    if (!this.#parser.kept || this.#socket.writableLength > 0) this.drop();
    else if (this.#ok) this.#free();
    // Nothing follows a refusal before everyone has heard of it.
    else setImmediate(() => this.#free());
  }

  #free(): void {
    if (this.#closed) return;
    this.#owner.onFree(this);
    // A connection that waits for work keeps no process alive.
    if (this.#reader === undefined) this.#socket.unref();
  }
}

function open({ secure, host, port, lookup }: Target, session: Buffer | undefined): Socket {
  const options = { host, port, ...(lookup === undefined ? {} : { lookup }) };
  // The certificate must be for the name that was asked for; an address is not sent as a name (RFC 6066, 3).
  const socket = secure
    ? connectSecure({
        ...options,
        ...(isIP(host) === 0 ? { servername: host } : {}),
        ...(session === undefined ? {} : { session }),
      })
    : connectPlain(options);
  return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
}

function cutOff(): NodeJS.ErrnoException {
  return Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" });
}

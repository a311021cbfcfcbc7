import { Connection, type ConnectionOwner, type Reader, type Target } from "./connection.ts";

/** A request as it leaves, and who takes its answer. */
export interface Outgoing extends Reader {
  readonly text: string;
  readonly encoding: "latin1" | "utf8";
  /** It is on its way, over this connection. */
  onSent(connection: Connection): void;
  /** It was taken back before it was sent. */
  onRecall(): void;
}

/**
 * The connections to one server: at most `most`, so that never more requests are in flight. Those that find none free wait, whole and ready; the one
 * that waited longest leaves in the same turn of the event loop in which a good answer frees a connection, and in a later one after anything else.
 */
export class ConnectionPool {
  readonly #target: Target;
  readonly #most: number;
  /** The last used is used first: the others may be closed by the server. */
  readonly #free: Connection[] = [];
  readonly #all = new Set<Connection>();
  readonly #owner: ConnectionOwner = {
    onFree: (connection) => this.#onFree(connection),
    onClosed: (connection) => this.#onClosed(connection),
    onSession: (session) => {
      this.#session = session;
    },
  };
  #waiting: Outgoing[] = [];
  #session: Buffer | undefined;
  #closed = false;

  constructor(target: Target, most: number) {
    this.#target = target;
    this.#most = most;
  }

  /** Sends it now or, in its turn, later. */
  submit(request: Outgoing): void {
    if (this.#closed) request.onError(closedError());
    else {
      this.#waiting.push(request);
      this.#sendWaiting();
    }
  }

  /** Forgets a request that has not been sent. */
  withdraw(request: Outgoing): void {
    this.#waiting = this.#waiting.filter((other) => other !== request);
  }

  /** Gives back all that has not been sent. */
  recall(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const request of waiting) request.onRecall();
  }

  /** For good: what is in flight or waits ends with an error of code `CLIENT_CLOSED`, and so does what is submitted later. */
  close(): void {
    this.#closed = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const request of waiting) request.onError(closedError());
    for (const connection of [...this.#all]) connection.fail(closedError());
  }

  #send(request: Outgoing): void {
    try {
      const connection = this.#free.pop() ?? new Connection(this.#target, this.#session, this.#owner);
      this.#all.add(connection);
      request.onSent(connection);
      connection.send(request.text, request.encoding, request);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      request.onError(error);
    }
  }

  #onFree(connection: Connection): void {
    this.#free.push(connection);
    this.#sendWaiting();
  }

  #onClosed(connection: Connection): void {
    this.#all.delete(connection);
    const place = this.#free.indexOf(connection);
    if (place >= 0) this.#free.splice(place, 1);
    // Whoever ends many requests at once has then ended those that wait, too.
    if (this.#waiting.length > 0) setImmediate(() => this.#sendWaiting());
  }

  #sendWaiting(): void {
    while (this.#waiting.length > 0 && (this.#free.length > 0 || this.#all.size < this.#most)) {
      const next = this.#waiting.shift();
      if (next !== undefined) this.#send(next);
    }
  }
}

function closedError(): NodeJS.ErrnoException {
  return Object.assign(new Error("the client was closed"), { code: "CLIENT_CLOSED" });
}

import type { Dispatcher } from "undici";

/** How a request left its connection: with a good answer, with anything else, or before its end, so that the connection is of no more use. */
export type Outcome = "good" | "bad" | "dropped";

/** A request before it is sent. */
export interface Outgoing {
  /** Leaves over a connection that carries nothing else; must tell it when it is done. */
  send(over: Dispatcher, done: (outcome: Outcome) => void): void;
  /** It was taken back before it was sent. */
  onRecall(): void;
  /** The connections were closed before it was sent. */
  onError(error: NodeJS.ErrnoException): void;
}

/**
 * The connections to one server: at most `most`, so that never more requests are in flight. Those that find none free wait; the one that waited
 * longest leaves in the same turn of the event loop in which a good answer frees a connection, and in a later one after anything else.
 */
export class Connections {
  readonly #open: () => Dispatcher;
  readonly #most: number;
  /** The last used is used first: the others may be closed by the server. */
  readonly #free: Dispatcher[] = [];
  readonly #all = new Set<Dispatcher>();
  #waiting: Outgoing[] = [];
  #closed = false;

  /** `open`: makes a connection that connects, and connects anew, when something is sent on it. */
  constructor(open: () => Dispatcher, most: number) {
    this.#open = open;
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
    for (const connection of this.#all) this.#drop(connection);
  }

  #drop(connection: Dispatcher): void {
    this.#all.delete(connection);
    connection.destroy(closedError()).catch(() => {});
  }

  #sendWaiting(): void {
    while (!this.#closed && this.#waiting.length > 0) {
      const connection = this.#free.pop() ?? (this.#all.size < this.#most ? this.#begin() : undefined);
      if (connection === undefined) return;
      this.#waiting.shift()?.send(connection, (outcome) => {
        if (outcome === "dropped") this.#drop(connection);
        else this.#free.push(connection);
        if (outcome === "good") this.#sendWaiting();
        // Nothing follows a refusal before everyone has heard of it; whoever ends many requests at once has then ended those that wait, too.
        else if (this.#waiting.length > 0) setImmediate(() => this.#sendWaiting());
      });
    }
  }

  #begin(): Dispatcher {
    const connection = this.#open();
    this.#all.add(connection);
    return connection;
  }
}

function closedError(): NodeJS.ErrnoException {
  return Object.assign(new Error("the client was closed"), { code: "CLIENT_CLOSED" });
}

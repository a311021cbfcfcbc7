import { Connection, type Reader, type Target } from "./connection.ts";

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
 * that waited longest leaves in the same turn of the event loop in which an answer frees a connection.
 */
export class ConnectionPool {
  readonly #target: Target;
  readonly #most: number;
  /** The last used is used first: the others may be closed by the server. */
  readonly #free: Connection[] = [];
  readonly #all = new Set<Connection>();
  #waiting: Outgoing[] = [];

  constructor(target: Target, most: number) {
    this.#target = target;
    this.#most = most;
  }

  submit(request: Outgoing): void {
    const connection = this.#free.pop() ?? this.#grow();
    if (connection === undefined) this.#waiting.push(request);
    else send(request, connection);
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

  close(): void {
    this.recall();
    for (const connection of [...this.#all]) connection.close();
  }

  #grow(): Connection | undefined {
    if (this.#all.size >= this.#most) return undefined;
    const connection = new Connection(
      this.#target,
      (freed) => this.#onFree(freed),
      (closed) => this.#onClosed(closed),
    );
    this.#all.add(connection);
    return connection;
  }

  #onFree(connection: Connection): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(connection);
    else send(next, connection);
  }

  #onClosed(connection: Connection): void {
    this.#all.delete(connection);
    const place = this.#free.indexOf(connection);
    if (place >= 0) this.#free.splice(place, 1);
    const next = this.#waiting.shift();
    if (next !== undefined) this.submit(next);
  }
}

function send(request: Outgoing, connection: Connection): void {
  request.onSent(connection);
  connection.send(request.text, request.encoding, request);
}

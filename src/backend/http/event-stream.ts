import { ByteBuffer } from "./byte-buffer.ts";

const NEWLINE = 0x0a;

/**
 * Splits a `text/event-stream` body into the data of its events (WHATWG HTML, 9.2.6): comments and other fields are passed over, several
 * `data:` lines of one event are joined. Bytes may be cut anywhere; each is looked at once.
 */
export class EventStreamParser {
  readonly #onData: (data: string) => void;
  /** A line that has not ended yet. */
  #rest = new ByteBuffer();
  #data: string[] = [];

  constructor(onData: (data: string) => void) {
    this.#onData = onData;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.#rest.push(chunk.subarray(start, end));
      const line = this.#rest.toString();
      this.#rest = new ByteBuffer();
      this.#line(line.endsWith("\r") ? line.slice(0, -1) : line);
      start = end + 1;
    }
    if (start < chunk.length) this.#rest.push(chunk.subarray(start));
  }

  #line(line: string): void {
    if (line === "") {
      if (this.#data.length > 0) this.#onData(this.#data.join("\n"));
      this.#data = [];
    } else if (line.startsWith("data:")) {
      this.#data.push(line.slice(line[5] === " " ? 6 : 5));
    }
  }
}

import { StringDecoder } from "node:string_decoder";

/**
 * Splits a `text/event-stream` body into the data of its events (WHATWG HTML, 9.2.6): comments and other fields are passed over, several
 * `data:` lines of one event are joined. Bytes may be cut anywhere.
 */
export class EventStreamParser {
  readonly #onData: (data: string) => void;
  readonly #decoder = new StringDecoder("utf8");
  #rest = "";
  #data: string[] = [];

  constructor(onData: (data: string) => void) {
    this.#onData = onData;
  }

  push(chunk: Buffer): void {
    // Only what is new is searched: a long line in small pieces would otherwise be read again with each of them.
    const text = this.#decoder.write(chunk);
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      const line = this.#rest + text.slice(start, end);
      this.#line(line.endsWith("\r") ? line.slice(0, -1) : line);
      this.#rest = "";
      start = end + 1;
    }
    this.#rest += text.slice(start);
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

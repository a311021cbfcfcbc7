/** Names in lower case; of a name that came twice, the first value. */
export type Headers = ReadonlyMap<string, string>;

/** Takes an answer apart as it comes. */
export interface ResponseSink {
  onHead(status: number, headers: Headers): void;
  onChunk(chunk: Buffer): void;
}

/** What came is no HTTP/1.1; `code` says what of it, in the words of Node's own parser. */
export class ResponseError extends Error {
  readonly code: `HPE_${string}`;

  constructor(code: `HPE_${string}`, message: string) {
    super(message);
    this.code = code;
  }
}

/** Where an answer is read: in a line of its head, in a body of known length, in chunks, or in a body that ends with the connection. */
type Place =
  | { readonly kind: "status-line" }
  | { readonly kind: "header"; readonly status: number; readonly minor: number; readonly fields: Fields }
  | { readonly kind: "sized"; left: number }
  | { readonly kind: "chunk-size" }
  | { readonly kind: "chunk"; left: number }
  | { readonly kind: "chunk-end" }
  | { readonly kind: "trailer" }
  | { readonly kind: "rest" };

type Body = Extract<Place, { readonly kind: "sized" | "chunk-size" | "rest" }>;

/** The header fields that say how an answer is framed are kept whole; a second one of the others is not heard. */
interface Fields {
  readonly headers: Map<string, string>;
  readonly framing: Map<string, string>;
}

const STATUS_LINE: Place = { kind: "status-line" };
const NEWLINE = 0x0a;
/** Of a head, of trailers, or of the line before a chunk: far more than servers send, and no more than is harmless. */
const MOST_LINE_BYTES = 1 << 16;
/** RFC 9110, 5.6.2 and 5.6.4. */
const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const QUOTED = '"(?:[^"\\\\\\x00-\\x1f\\x7f]|\\\\[^\\x00-\\x1f\\x7f])*"';
const NAME = new RegExp(`^${TOKEN}$`);
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
/** With extensions, as names or pairs: RFC 9112, 7.1.1. */
const CHUNK_SIZE = new RegExp(`^([0-9A-Fa-f]{1,12})(?:;${TOKEN}(?:=(?:${TOKEN}|${QUOTED}))?)*$`);
const FRAMING: ReadonlySet<string> = new Set(["content-length", "transfer-encoding", "connection"]);

/**
 * Reads HTTP/1.1 answers to GET and POST (RFC 9112), one after the other, and takes nothing for an answer that is not one: every line ends in CRLF,
 * lengths are digits, `chunked` is the only coding. Time and memory are linear in the bytes, however they are cut. Interim answers (1xx) are passed
 * over. Throws `ResponseError`; after that the parser is of no more use.
 */
export class ResponseParser {
  readonly #sink: ResponseSink;
  #place: Place = STATUS_LINE;
  /** A line that has not ended yet, and how much of it and the lines before it counts against the limit. */
  #line = "";
  #lineBytes = 0;
  #kept = false;

  constructor(sink: ResponseSink) {
    this.#sink = sink;
  }

  /** Another answer may follow the last one on the same connection. */
  get kept(): boolean {
    return this.#kept;
  }

  /** Takes the next bytes; true when they end an answer. What is behind it belongs to no answer, and `kept` is then false. */
  push(bytes: Buffer): boolean {
    for (let start = 0; start < bytes.length; ) {
      const place = this.#place;
      if (place.kind === "rest") {
        this.#sink.onChunk(start === 0 ? bytes : bytes.subarray(start));
        return false;
      }
      let whole = false;
      if (place.kind === "sized" || place.kind === "chunk") {
        const end = Math.min(bytes.length, start + place.left);
        this.#sink.onChunk(bytes.subarray(start, end));
        place.left -= end - start;
        start = end;
        if (place.left === 0) {
          whole = place.kind === "sized";
          this.#place = whole ? STATUS_LINE : { kind: "chunk-end" };
        }
      } else {
        const newline = bytes.indexOf(NEWLINE, start);
        const end = newline < 0 ? bytes.length : newline + 1;
        this.#lineBytes += end - start;
        if (this.#lineBytes > MOST_LINE_BYTES) throw new ResponseError("HPE_HEADER_OVERFLOW", "a head without end");
        this.#line += bytes.toString("latin1", start, end);
        start = end;
        if (newline < 0) return false;
        whole = this.#endLine(place);
      }
      if (whole) {
        if (start < bytes.length) this.#kept = false;
        return true;
      }
    }
    return false;
  }

  /** No more bytes will come; true when that ends an answer. */
  end(): boolean {
    const whole = this.#place.kind === "rest";
    this.#place = STATUS_LINE;
    return whole;
  }

  /** A line of the head or between chunks has come; true when the answer ends with it. */
  #endLine(place: Exclude<Place, { readonly kind: "sized" | "chunk" | "rest" }>): boolean {
    const line = this.#line;
    this.#line = "";
    if (!line.endsWith("\r\n")) throw new ResponseError("HPE_CR_EXPECTED", "a line that does not end in CRLF");
    const text = line.slice(0, -2);
    switch (place.kind) {
      case "status-line":
        this.#place = statusLine(text);
        return false;
      case "header":
        if (text === "") return this.#endHead(place);
        addField(text, place.fields);
        return false;
      case "chunk-size": {
        const size = chunkSize(text);
        this.#lineBytes = 0;
        this.#place = size === 0 ? { kind: "trailer" } : { kind: "chunk", left: size };
        return false;
      }
      case "chunk-end":
        if (text !== "") throw new ResponseError("HPE_STRICT", "a chunk longer than its size");
        this.#place = { kind: "chunk-size" };
        return false;
      case "trailer":
        if (text !== "") {
          assertTrailer(text);
          return false;
        }
        this.#place = STATUS_LINE;
        this.#lineBytes = 0;
        return true;
    }
  }

  #endHead({ status, minor, fields: { headers, framing } }: Extract<Place, { readonly kind: "header" }>): boolean {
    this.#lineBytes = 0;
    if (status < 200 && status !== 101) {
      if (minor === 0) throw new ResponseError("HPE_INVALID_STATUS", "an interim answer of HTTP/1.0, which has none");
      this.#place = STATUS_LINE;
      return false;
    }
    const body = bodyOf(status, framing);
    const connection = (framing.get("connection") ?? "").toLowerCase().split(",").map(withoutBlanks);
    const stays = minor === 1 ? !connection.includes("close") : connection.includes("keep-alive");
    this.#kept = stays && body.kind !== "rest" && status !== 101;
    const whole = body.kind === "sized" && body.left === 0;
    this.#place = whole ? STATUS_LINE : body;
    this.#sink.onHead(status, headers);
    return whole;
  }
}

function statusLine(text: string): Place {
  const [, minor, status] = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\0\r]*)?$/.exec(text) ?? [];
  if (status === undefined) throw new ResponseError("HPE_INVALID_CONSTANT", "no status line of HTTP/1.1");
  return { kind: "header", status: Number(status), minor: Number(minor), fields: noFields() };
}

function noFields(): Fields {
  return { headers: new Map(), framing: new Map() };
}

/** Nobody reads trailers; one that speaks of framing is somebody's attempt to be misread. */
function assertTrailer(text: string): void {
  const fields = noFields();
  addField(text, fields);
  if (fields.framing.size > 0) throw new ResponseError("HPE_INVALID_HEADER_TOKEN", "a trailer about framing");
}

/** Throws for lines that are folded (RFC 9112, 5.2), too. */
function addField(text: string, { headers, framing }: Fields): void {
  const colon = text.indexOf(":");
  const name = text.slice(0, Math.max(0, colon)).toLowerCase();
  if (!NAME.test(name)) throw new ResponseError("HPE_INVALID_HEADER_TOKEN", "a header without a name");
  const value = text.slice(colon + 1);
  if (CONTROL.test(value))
    throw new ResponseError("HPE_INVALID_HEADER_TOKEN", `control characters in the header ${name}`);
  const trimmed = withoutBlanks(value);
  if (!headers.has(name)) headers.set(name, trimmed);
  if (!FRAMING.has(name)) return;
  const before = framing.get(name);
  // The same length said twice is one length.
  if (before === undefined || (name === "content-length" && before === trimmed)) framing.set(name, trimmed);
  else framing.set(name, `${before}, ${trimmed}`);
}

/** Without spaces and tabs at both ends, and no other blanks: those would be part of a value to others. */
function withoutBlanks(value: string): string {
  const isBlank = (at: number): boolean => value[at] === " " || value[at] === "\t";
  let start = 0;
  let end = value.length;
  while (start < end && isBlank(start)) start += 1;
  while (end > start && isBlank(end - 1)) end -= 1;
  return value.slice(start, end);
}

/** How the body is framed: RFC 9112, 6.3. */
function bodyOf(status: number, framing: ReadonlyMap<string, string>): Body {
  const coding = framing.get("transfer-encoding");
  const length = framing.get("content-length");
  if (status < 200 || status === 204 || status === 304) return { kind: "sized", left: 0 };
  if (coding !== undefined) {
    // Proxies that copy headers say it twice.
    const chunked = coding.split(",").every((name) => withoutBlanks(name).toLowerCase() === "chunked");
    if (!chunked || length !== undefined)
      throw new ResponseError("HPE_INVALID_TRANSFER_ENCODING", "a transfer-encoding other than chunked alone");
    return { kind: "chunk-size" };
  }
  if (length === undefined) return { kind: "rest" };
  if (!/^\d{1,15}$/.test(length))
    throw new ResponseError("HPE_INVALID_CONTENT_LENGTH", "a content-length that is none");
  return { kind: "sized", left: Number(length) };
}

function chunkSize(text: string): number {
  const [, digits] = CHUNK_SIZE.exec(text) ?? [];
  if (digits === undefined) throw new ResponseError("HPE_INVALID_CHUNK_SIZE", "a chunk whose size is none");
  return Number.parseInt(digits, 16);
}

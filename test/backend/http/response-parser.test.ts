import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { ResponseError, ResponseParser } from "../../../src/backend/http/response-parser.ts";
import { seededRandom } from "../../../src/stats/random.ts";
import { rawServer } from "../../support/raw-server.ts";

interface Read {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const OK = "HTTP/1.1 200 OK\r\n";
const SIZED = `${OK}content-length: 7\r\n\r\n{"a":1}`;
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n3\r\n{"a\r\n4;x=y\r\n":1}\r\n0\r\n\r\n`;

/** Reads one answer, given in pieces: the answer, `undefined` while it isn't whole, or the code of what is wrong; and whether another may follow. */
function read(pieces: readonly string[], ends = false): { answer: Read | string | undefined; kept: boolean } {
  let status = 0;
  let headers: Readonly<Record<string, string>> = {};
  let body = "";
  const parser = new ResponseParser({
    onHead: (told, fields) => {
      status = told;
      headers = Object.fromEntries(fields);
    },
    onChunk: (chunk) => {
      body += chunk.toString("latin1");
    },
  });
  try {
    const whole = pieces.some((piece) => parser.push(Buffer.from(piece, "latin1"))) || (ends && parser.end());
    return { answer: whole ? { status, body, headers } : undefined, kept: parser.kept };
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    return { answer: error.code, kept: false };
  }
}

describe("an answer", () => {
  it.each([
    ["of a given length", SIZED, '{"a":1}', true],
    ["of no length", `${OK}content-length: 0\r\n\r\n`, "", true],
    ["in chunks", CHUNKED, '{"a":1}', true],
    ["in chunks, with extensions", CHUNKED.replace(";x=y", ';x;y="a; \\"b";z=1'), '{"a":1}', true],
    ["in chunks, with trailers", CHUNKED.replace(/\r\n$/, "x: 1\r\ny: 2\r\n\r\n"), '{"a":1}', true],
    ["in chunks, said twice", CHUNKED.replace("\r\n\r\n", "\r\nTransfer-Encoding: Chunked\r\n\r\n"), '{"a":1}', true],
    [
      "with many blanks in a list",
      SIZED.replace("\r\n\r\n", `\r\nconnection: a${" ".repeat(60_000)}b, \tclose\r\n\r\n`),
      '{"a":1}',
      false,
    ],
    [
      "after interim ones",
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${SIZED}`,
      '{"a":1}',
      true,
    ],
    ["with one length said twice", SIZED.replace("\r\n\r\n", "\r\ncontent-length: 7\r\n\r\n"), '{"a":1}', true],
    ["of a server that will close", SIZED.replace("\r\n\r\n", "\r\nConnection: foo, Close\r\n\r\n"), '{"a":1}', false],
    ["of HTTP/1.0", SIZED.replace("1.1", "1.0"), '{"a":1}', false],
    [
      "of HTTP/1.0 that stays",
      SIZED.replace("1.1", "1.0").replace("\r\n\r\n", "\r\nConnection: Keep-Alive\r\n\r\n"),
      '{"a":1}',
      true,
    ],
    ["without a body, whatever its head says: 204", `HTTP/1.1 204 No Content\r\ncontent-length: 7\r\n\r\n`, "", true],
    [
      "without a body, whatever its head says: 304",
      `HTTP/1.1 304 Not Modified\r\ntransfer-encoding: chunked\r\n\r\n`,
      "",
      true,
    ],
    ["without a reason", `HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n`, "", true],
  ])("%s, in one piece or byte by byte", (_, bytes, body, kept) => {
    for (const pieces of [[bytes], [...bytes]]) {
      expect(read(pieces)).toEqual({ answer: expect.objectContaining({ body }), kept });
      // Nor is it whole before its last byte.
      expect(read([bytes.slice(0, -1)], true).answer).toBeUndefined();
    }
  });

  it("without a length ends with the connection, and only then", () => {
    expect(read([`${OK}\r\n{"a"`, ":1}"]).answer).toBeUndefined();
    expect(read([`${OK}\r\n{"a"`, ":1}"], true)).toEqual({
      answer: expect.objectContaining({ body: '{"a":1}' }),
      kept: false,
    });
  });

  it("has header names in lower case, values without the blanks around them, and the first of two", () => {
    const { answer } = read([
      `${OK}X-One: \t a b \t\r\nContent-Type: text/a\r\ncontent-type: text/b\r\nempty:\r\ncontent-length:0\r\n\r\n`,
    ]);
    expect(answer).toMatchObject({
      headers: { "x-one": "a b", "content-type": "text/a", empty: "", "content-length": "0" },
    });
  });

  it("can follow another on the same connection", () => {
    const bodies: string[] = [];
    const parser = new ResponseParser({ onHead: () => {}, onChunk: (chunk) => bodies.push(chunk.toString()) });
    for (const bytes of [SIZED, CHUNKED, SIZED]) expect(parser.push(Buffer.from(bytes))).toBe(true);
    expect(bodies.join("")).toBe('{"a":1}'.repeat(3));
  });

  it.each(["\r\n", "x", "HTTP/1.1 400 Bad\r\n", SIZED])(
    "with %j behind it is whole, and the last on its connection",
    (more) => {
      expect(read([SIZED + more])).toEqual({ answer: expect.objectContaining({ body: '{"a":1}' }), kept: false });
    },
  );
});

describe("is no answer:", () => {
  const head = (line: string): string => `${OK}${line}\r\n\r\n`;
  it.each([
    ["another protocol", "SSH-2.0-OpenSSH\r\n", "HPE_INVALID_CONSTANT"],
    ["HTTP/2", "HTTP/2 200\r\n\r\n", "HPE_INVALID_CONSTANT"],
    ["a status below 100", "HTTP/1.1 099 No\r\n\r\n", "HPE_INVALID_CONSTANT"],
    ["a line that ends in LF alone", "HTTP/1.1 200 OK\n\n", "HPE_CR_EXPECTED"],
    ["a header without a colon", head("nothing"), "HPE_INVALID_HEADER_TOKEN"],
    ["a header without a name", head(": 1"), "HPE_INVALID_HEADER_TOKEN"],
    ["a blank before the colon", head("content-length : 7"), "HPE_INVALID_HEADER_TOKEN"],
    ["a folded header", head("x: 1\r\n 2"), "HPE_INVALID_HEADER_TOKEN"],
    ["a CR in a header", head("x: a\rb"), "HPE_INVALID_HEADER_TOKEN"],
    ["an empty length", head("content-length:"), "HPE_INVALID_CONTENT_LENGTH"],
    ["a length below zero", head("content-length: -40"), "HPE_INVALID_CONTENT_LENGTH"],
    ["a length that is a word", head("content-length: 0x10"), "HPE_INVALID_CONTENT_LENGTH"],
    ["a length beyond reason", head(`content-length: ${"9".repeat(30)}`), "HPE_INVALID_CONTENT_LENGTH"],
    ["two lengths", head("content-length: 7\r\ncontent-length: 8"), "HPE_INVALID_CONTENT_LENGTH"],
    [
      "a length beside chunks",
      head("content-length: 7\r\ntransfer-encoding: chunked"),
      "HPE_INVALID_TRANSFER_ENCODING",
    ],
    ["another coding", head("transfer-encoding: gzip, chunked"), "HPE_INVALID_TRANSFER_ENCODING"],
    ["two codings", head("transfer-encoding: gzip\r\ntransfer-encoding: chunked"), "HPE_INVALID_TRANSFER_ENCODING"],
    ["a length with a blank that is none in HTTP", head("content-length: 7\u00a0"), "HPE_INVALID_CONTENT_LENGTH"],
    ["a coding with such a blank", head("transfer-encoding: chunked\u00a0"), "HPE_INVALID_TRANSFER_ENCODING"],
    ["a chunk's size that is a word", `${head("transfer-encoding: chunked")}zz\r\n`, "HPE_INVALID_CHUNK_SIZE"],
    ["no size before a chunk", `${head("transfer-encoding: chunked")}\r\n`, "HPE_INVALID_CHUNK_SIZE"],
    ["a chunk's size below zero", `${head("transfer-encoding: chunked")}-5\r\n`, "HPE_INVALID_CHUNK_SIZE"],
    ["a blank behind a chunk's size", `${head("transfer-encoding: chunked")}1 \r\n`, "HPE_INVALID_CHUNK_SIZE"],
    [
      "a quote without end behind a chunk's size",
      `${head("transfer-encoding: chunked")}1;a="b\r\n`,
      "HPE_INVALID_CHUNK_SIZE",
    ],
    [
      "a trailer about framing",
      `${head("transfer-encoding: chunked")}0\r\ncontent-length: 1\r\n`,
      "HPE_INVALID_HEADER_TOKEN",
    ],
    ["an interim answer of HTTP/1.0", "HTTP/1.0 100 Continue\r\n\r\n", "HPE_INVALID_STATUS"],
    ["a chunk beyond its size", `${head("transfer-encoding: chunked")}1\r\nab\r\n`, "HPE_STRICT"],
  ])("%s", (_, bytes, code) => {
    expect(read([bytes]).answer).toBe(code);
    expect(read([...bytes]).answer).toBe(code);
  });

  it.each([
    ["a head", OK, "x: y\r\n"],
    ["a line of blanks", `${OK}x: `, " "],
    ["trailers", `${OK}transfer-encoding: chunked\r\n\r\n0\r\n`, "x: y\r\n"],
    ["a chunk's extension", `${OK}transfer-encoding: chunked\r\n\r\n1;`, "x"],
  ])("%s without end, at 64 KiB", (_, begin, more) => {
    const fits = (bytes: number): string[] => [begin, ...Array<string>(Math.floor(bytes / more.length)).fill(more)];
    expect(read(fits(60_000)).answer).toBeUndefined();
    expect(read(fits(70_000)).answer).toBe("HPE_HEADER_OVERFLOW");
    expect(read([begin + more.repeat(Math.ceil(70_000 / more.length))]).answer).toBe("HPE_HEADER_OVERFLOW");
  });
});

/** The reference: Node's own client, whose parser is llhttp. */
it("what it takes for an answer, Node takes for the same answer", async () => {
  const random = seededRandom(11);
  const pick = (count: number): number => Math.floor(random() * count);
  const pieces = [
    "-",
    "9",
    "\r\n",
    "\n",
    "\r",
    "0",
    " ",
    ":",
    ";",
    "x: y\r\n",
    OK,
    "content-length: 3\r\n",
    "connection: close\r\n",
    "\u00ff",
    "\u00a0",
  ];
  let bytes = "";
  const server = await rawServer((socket) => void socket.end(bytes, "latin1"));
  let taken = 0;
  for (let round = 0; round < 2000; round += 1) {
    bytes = [SIZED, CHUNKED, SIZED.replace("1.1", "1.0"), `HTTP/1.1 102 Wait\r\n\r\n${CHUNKED}`][round % 4] ?? "";
    for (let change = 0; change <= pick(2); change += 1) {
      const at = pick(bytes.length);
      bytes = bytes.slice(0, at) + (pieces[pick(pieces.length)] ?? "") + bytes.slice(at + pick(3));
    }
    const { answer } = read([bytes], true);
    // What stands behind an answer is an error to Node, and ours is whole before it.
    if (typeof answer !== "object" || typeof read([bytes.slice(0, -1)]).answer === "object") continue;
    taken += 1;
    const { status, body } = await askByNode(server.url);
    expect({ status, body }, JSON.stringify(bytes)).toEqual({ status: answer.status, body: answer.body });
  }
  expect(taken).toBeGreaterThan(200);
});

function askByNode(url: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve) => {
    const asked = request(url, { agent: false });
    const reject = ({ message }: Error): void => resolve({ status: 0, body: message });
    asked.on("error", reject);
    asked.on("response", (response) => {
      let body = "";
      response.setEncoding("latin1");
      response.on("data", (text: string) => {
        body += text;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body }));
    });
    asked.end();
  });
}

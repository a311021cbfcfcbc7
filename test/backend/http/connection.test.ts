import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { BackendError } from "../../../src/backend/backend.ts";
import { HttpClient, type HttpClientOptions } from "../../../src/backend/http/client.ts";
import { seededRandom } from "../../../src/stats/random.ts";
import { rawServer } from "../../support/raw-server.ts";
import { json, scriptedServer } from "../../support/scripted-server.ts";

const never = new AbortController().signal;
const HEAD = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
const WHOLE = `${HEAD}content-length: 7\r\n\r\n{"a":1}`;

function clientAt(baseUrl: string, options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = new HttpClient({
    baseUrl,
    timeouts: { connectMs: 2000, idleMs: 5000, totalMs: 20_000 },
    connections: 1,
    secrets: { headers: {}, redact: (text) => text },
    now: () => new Date(0),
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

/** Answers every request with the same bytes; then, if asked to, does something to the connection. */
async function answering(bytes: string, then: (socket: Socket) => void = () => {}) {
  const server = await rawServer((socket) => void socket.write(bytes, "latin1", () => then(socket)));
  return { client: clientAt(server.url), server };
}

describe("a request", () => {
  it("is sent as one HTTP/1.1 message", async () => {
    const seen: string[] = [];
    const server = await rawServer((socket, request) => {
      seen.push(request);
      socket.write(WHOLE);
    });
    const secrets = { headers: { "x-key": "k" }, redact: (text: string) => text };
    await clientAt(`${server.url}/prefix/`, { secrets }).post("/v1/x", { prompt: "a" }, never);
    const host = server.url.slice("http://".length);
    expect(seen).toEqual([
      [
        "POST /prefix/v1/x HTTP/1.1",
        `host: ${host}`,
        "connection: keep-alive",
        "accept: application/json",
        "accept-encoding: gzip, deflate, br",
        "x-key: k",
        "content-type: application/json",
        "content-length: 14",
        "",
        '{"prompt":"a"}',
      ].join("\r\n"),
    ]);
  });

  it.each(["é", "漢字", "🙂 and more", "\u2028"])("carries %j unharmed", async (text) => {
    const server = await scriptedServer((_, response) => json(response, {}));
    await clientAt(server.url).post("/", { text }, never);
    expect(server.seen[0]?.body).toEqual({ text });
  });
});

describe("an answer is understood", () => {
  it.each([
    ["of a given length", WHOLE],
    ["in chunks", `${HEAD}transfer-encoding: chunked\r\n\r\n3\r\n{"a\r\n4;x=y\r\n":1}\r\n0\r\ntrailer: t\r\n\r\n`],
    ["after others that are only preliminary", `HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n${WHOLE}`],
  ])("%s, at once or byte by byte, again and again over one connection", async (_, bytes) => {
    const server = await rawServer((socket, __, index) => {
      if (index % 2 === 0) socket.write(bytes);
      else drip(socket, bytes);
    });
    const client = clientAt(server.url);
    for (let round = 0; round < 4; round += 1)
      expect((await client.get("/", never)).body, `round ${round}`).toEqual({ a: 1 });
    expect(server.connections()).toBe(1);
  });

  it.each([
    ["that ends with the connection", `${HEAD}connection: close\r\n\r\n{"a":1}`],
    ["of HTTP/1.0", 'HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{"a":1}'],
  ])("%s, which is then not used again", async (_, bytes) => {
    const { client, server } = await answering(bytes, (socket) => socket.end());
    expect((await client.get("/", never)).body).toEqual({ a: 1 });
    expect((await client.get("/", never)).body).toEqual({ a: 1 });
    expect(server.connections()).toBe(2);
  });

  it("of a server that wishes to close, before it does", async () => {
    const { client, server } = await answering(`${HEAD}connection: close\r\ncontent-length: 7\r\n\r\n{"a":1}`);
    await client.get("/", never);
    await client.get("/", never);
    expect(server.connections()).toBe(2);
  });

  it("that comes before the request was sent in full; the rest of it is no next request", async () => {
    const requests: string[] = [];
    const server = await rawServer((_, request) => requests.push(request), {
      onConnection: (socket) => void socket.write(`HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n`),
    });
    const client = clientAt(server.url);
    const body = { text: "x".repeat(20_000_000) };
    await expect(client.post("/", body, never)).rejects.toMatchObject({ kind: "rejected" });
    await expect(client.post("/", body, never)).rejects.toMatchObject({ kind: "rejected" });
    expect(server.connections()).toBe(2);
  });
});

describe("what is no answer ends the request, and the connection", () => {
  it.each([
    ["no HTTP", "SSH-2.0-OpenSSH\r\n\r\n"],
    ["a length that is no number", `${HEAD}content-length: seven\r\n\r\n{"a":1}`],
    ["a length below zero", `${HEAD}content-length: -40\r\n\r\n{"a":1}`],
    ["a length that leads back to the answer's start", "HTTP/1.1 200 OK\r\ncontent-length: -40\r\n\r\n"],
    ["two lengths", `${HEAD}content-length: 7\r\ncontent-length: 8\r\n\r\n{"a":1}`],
    ["a chunk's size below zero", `${HEAD}transfer-encoding: chunked\r\n\r\n-5\r\n{"a":1}\r\n0\r\n\r\n`],
    ["a chunk that is longer than it says", `${HEAD}transfer-encoding: chunked\r\n\r\n3\r\n{"a":1}\r\n0\r\n\r\n`],
    ["a head without end", `${HEAD}x: ${"x".repeat(200_000)}`],
  ])("%s", async (_, bytes) => {
    const { client, server } = await answering(bytes);
    for (let round = 0; round < 2; round += 1)
      await expect(client.get("/", never)).rejects.toMatchObject({
        kind: "bad-response",
        retryable: true,
        message: expect.stringMatching(/not HTTP \(|cut off/),
      });
    expect(server.connections()).toBe(2);
  });

  it.each([
    ["in its head", HEAD],
    ["in its body", `${HEAD}content-length: 8\r\n\r\n{"a":1}`],
    ["between chunks", `${HEAD}transfer-encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n`],
  ])("an answer cut %s by half a goodbye", async (_, bytes) => {
    const { client } = await answering(bytes, (socket) => socket.end());
    await expect(client.get("/", never)).rejects.toMatchObject({
      kind: "bad-response",
      retryable: true,
      message: expect.stringContaining("cut off"),
    });
  });
});

it("no bytes keep it from ending, or come out as anything but an answer or an error", async () => {
  const random = seededRandom(7);
  const pick = (count: number): number => Math.floor(random() * count);
  const chunked = `${HEAD}transfer-encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n`;
  const pieces = [
    "-",
    "9",
    "\r\n",
    "\n",
    "0",
    " ",
    "HTTP/1.1 200 OK\r\n",
    "content-length: -40\r\n",
    "\u00ff",
    ":",
    "-5\r\n",
  ];
  const server = await rawServer((socket, _, index) => {
    let bytes = index % 2 === 0 ? WHOLE : chunked;
    for (let change = 0; change <= pick(3); change += 1) {
      const at = pick(bytes.length);
      bytes = bytes.slice(0, at) + (pieces[pick(pieces.length)] ?? "") + bytes.slice(at + pick(4));
    }
    socket.end(bytes, "latin1");
  });
  const client = clientAt(server.url);
  for (let round = 0; round < 1500; round += 1) {
    const outcome = await client.get("/", never).then(
      () => "answered",
      (error: unknown) => (error instanceof BackendError ? "refused" : error),
    );
    expect(["answered", "refused"], `round ${round}`).toContain(outcome);
  }
});

describe("bytes that nobody asked for are nobody's answer", () => {
  it("behind an answer", async () => {
    const { client, server } = await answering(`${WHOLE}${HEAD}content-length: 7\r\n\r\n{"b":2}`);
    for (let round = 0; round < 3; round += 1) expect((await client.get("/", never)).body).toEqual({ a: 1 });
    expect(server.connections()).toBe(3);
  });

  it("on a connection at rest", async () => {
    let say: (() => void) | undefined;
    const server = await rawServer((socket) => {
      socket.write(WHOLE);
      say = () => void socket.write(`${HEAD}content-length: 7\r\n\r\n{"b":2}`);
      socket.on("close", () => closed());
    });
    let closed = (): void => {};
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const client = clientAt(server.url);
    await client.get("/", never);
    say?.();
    await gone;
    expect((await client.get("/", never)).body).toEqual({ a: 1 });
    expect(server.connections()).toBe(2);
  });
});

it("a connection that the server closes at rest is no failure of the next request", async () => {
  let closed = (): void => {};
  const gone = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const server = await rawServer((socket, _, index) => {
    socket.write(WHOLE, () => {
      if (index === 0) socket.end();
    });
    socket.on("close", () => closed());
  });
  const client = clientAt(server.url);
  await client.get("/", never);
  await gone;
  expect((await client.get("/", never)).body).toEqual({ a: 1 });
});

/** One byte a turn of the event loop. */
function drip(socket: Socket, bytes: string): void {
  if (bytes === "" || socket.destroyed) return;
  socket.write(bytes.slice(0, 1), () => setImmediate(() => drip(socket, bytes.slice(1))));
}

import type { ServerResponse } from "node:http";
import { createServer } from "node:net";
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { HttpClient, type HttpClientOptions } from "../../../src/backend/http/client.ts";
import { InterruptedError } from "../../../src/domain/errors.ts";
import { json, type Script, scriptedServer } from "../../support/scripted-server.ts";

const NOW = new Date("2026-03-01T12:00:00Z");
const never = new AbortController().signal;

async function clientOf(script: Script, options: Partial<HttpClientOptions> = {}) {
  const server = await scriptedServer(script);
  return { client: clientAt(server.url, options), server };
}

function clientAt(baseUrl: string, options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = new HttpClient({
    baseUrl,
    timeouts: { connectMs: 2000, idleMs: 5000, totalMs: 20_000 },
    connections: 4,
    secrets: { headers: {}, redact: (text) => text },
    now: () => NOW,
    ...options,
  });
  onTestFinished(() => client.close());
  return client;
}

describe("a good answer", () => {
  it("is parsed, with its headers and the time it took", async () => {
    const { client, server } = await clientOf((request, response) =>
      json(response, { echo: request.body }, 200, { "x-a": "1" }),
    );
    const reply = await client.post("/x", { a: "é" }, never);
    expect(reply.body).toEqual({ echo: { a: "é" } });
    expect(reply.headers.get("x-a")).toBe("1");
    expect(reply.wallMs).toBeGreaterThan(0);
    expect(server.seen[0]?.headers).toMatchObject({ "content-type": "application/json", accept: "application/json" });
  });

  it("comes over a connection that is kept", async () => {
    const ports = new Set<number | undefined>();
    const { client } = await clientOf((_, response) => {
      ports.add(response.socket?.remotePort);
      json(response, {});
    });
    for (let index = 0; index < 5; index += 1) await client.get("/", never);
    expect(ports.size).toBe(1);
  });

  it("may be an event stream, read to its [DONE]", async () => {
    const { client } = await clientOf((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
      response.end(': hello\n\ndata: {"a":1}\n\nevent: x\ndata: {"a":\ndata: "ü"}\r\n\r\ndata: [DONE]\n\n');
    });
    const { events } = await client.events("/", {}, never);
    expect(events.map(({ data }) => data)).toEqual([{ a: 1 }, { a: "ü" }]);
  });

  it.each(["\n", "\r\n", "\r"])(
    "whose lines end in %j and that is kept alive by events without data",
    async (newline) => {
      const { client } = await clientOf((_, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        const lines = [
          "data: : WAIT",
          "",
          "data:",
          "",
          'data: {"a":1}',
          "",
          "id: 1",
          "retry: 3",
          "data: [DONE]",
          "",
          "",
        ];
        const bytes = Buffer.from(lines.join(newline));
        for (let start = 0; start < bytes.length; start += 3) response.write(bytes.subarray(start, start + 3));
        response.end();
      });
      expect((await client.events("/", {}, never)).events.map(({ data }) => data)).toEqual([{ a: 1 }]);
    },
  );
});

describe("a compressed answer", () => {
  const bytes = Buffer.from(JSON.stringify({ text: "é".repeat(1000) }));
  const of =
    (encoding: string, body: Buffer, status = 200): Script =>
    (_, r) =>
      void r.writeHead(status, { "content-type": "application/json", "content-encoding": encoding }).end(body);

  it.each([
    ["gzip", gzipSync(bytes)],
    ["x-gzip", gzipSync(bytes)],
    ["GZIP", gzipSync(bytes)],
    ["br", brotliCompressSync(bytes)],
    ["deflate", deflateSync(bytes)],
    ["deflate", deflateRawSync(bytes)],
    ["identity", bytes],
  ])("is read: %s", async (encoding, body) => {
    const { client, server } = await clientOf(of(encoding, body));
    for (let round = 0; round < 2; round += 1)
      expect((await client.get("/", never)).body).toEqual({ text: "é".repeat(1000) });
    expect(server.seen[0]?.headers["accept-encoding"]).toBe("gzip, deflate, br");
  });

  it("that is a refusal says its words", async () => {
    const { client } = await clientOf(of("gzip", gzipSync('{"error":"bad seed"}'), 400));
    await expect(client.get("/", never)).rejects.toMatchObject({
      kind: "rejected",
      message: expect.stringContaining("bad seed"),
    });
  });

  it("that is a stream is read event by event", async () => {
    const { client } = await clientOf((_, r) => {
      r.writeHead(200, { "content-type": "text/event-stream", "content-encoding": "gzip" });
      r.end(gzipSync('data: {"a":1}\n\ndata: [DONE]\n\n'));
    });
    expect((await client.events("/", {}, never)).events.map(({ data }) => data)).toEqual([{ a: 1 }]);
  });

  it.each([
    ["no gzip", of("gzip", bytes), /can't be decompressed/, true],
    ["cut", of("gzip", gzipSync(bytes).subarray(0, -9)), /can't be decompressed/, true],
    ["in a coding that was not asked for", of("zstd", bytes), /content-encoding is zstd/, false],
    [
      "larger than the cap once it is decompressed",
      of("gzip", gzipSync(Buffer.alloc(5_000_000))),
      /larger than/,
      false,
    ],
  ])("that is %s is an error", async (_, script, message, retryable) => {
    const { client } = await clientOf(script, { maxBytes: 1_000_000 });
    await expect(client.get("/", never)).rejects.toMatchObject({
      kind: "bad-response",
      retryable,
      message: expect.stringMatching(message),
    });
  });
});

describe("what is wrong is told by kind, and whether it may heal", () => {
  const cases: readonly (readonly [string, Script, object])[] = [
    ["401", (_, r) => json(r, { error: "no" }, 401), { kind: "unauthorized", retryable: false }],
    ["408", (_, r) => json(r, {}, 408), { kind: "timeout", retryable: true }],
    ["409", (_, r) => json(r, {}, 409), { kind: "server-error", retryable: true }],
    ["425", (_, r) => json(r, {}, 425), { kind: "server-error", retryable: true }],
    ["400", (_, r) => json(r, { error: { message: "bad seed" } }, 400), { kind: "rejected", retryable: false }],
    ["404 of a model", (_, r) => json(r, { error: "model 'x' not found" }, 404), { kind: "model-missing" }],
    ["404 of a path", (_, r) => json(r, { error: "404 page not found" }, 404), { kind: "rejected" }],
    ["500", (_, r) => json(r, {}, 500), { kind: "server-error", retryable: true }],
    ["501", (_, r) => json(r, {}, 501), { kind: "unsupported", retryable: false }],
    ["503", (_, r) => json(r, {}, 503), { kind: "overloaded", retryable: true, retryAfterMs: undefined }],
    [
      "429 with seconds",
      (_, r) => json(r, {}, 429, { "retry-after": "7" }),
      { kind: "overloaded", retryable: true, retryAfterMs: 7000 },
    ],
    [
      "429 with a date",
      (_, r) => json(r, {}, 429, { "retry-after": "Sun, 01 Mar 2026 12:00:30 GMT" }),
      { kind: "overloaded", retryAfterMs: 30_000 },
    ],
    [
      "429 with a date gone by",
      (_, r) => json(r, {}, 429, { "retry-after": "Sun, 01 Mar 2026 11:00:30 GMT" }),
      { retryAfterMs: 0 },
    ],
    ["429 that asks for a week", (_, r) => json(r, {}, 429, { "retry-after": "604800" }), { retryAfterMs: 120_000 }],
    ["429 with nonsense", (_, r) => json(r, {}, 429, { "retry-after": "soon" }), { retryAfterMs: undefined }],
    [
      "an overflow that is called 500",
      (_, r) => json(r, { error: { message: "the request exceeds the available context size" } }, 500),
      { kind: "context-overflow", retryable: false },
    ],
    [
      "vLLM's words for an overflow",
      (_, r) => json(r, { error: { message: "This model's maximum context length is 128 tokens." } }, 400),
      { kind: "context-overflow" },
    ],
    [
      "TGI's words for an overflow",
      (_, r) =>
        json(
          r,
          {
            error: "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 128. Given: 1",
            error_type: "validation",
          },
          422,
        ),
      { kind: "context-overflow" },
    ],
    [
      "a redirect",
      (_, r) => json(r, {}, 302, { location: "http://elsewhere.invalid/" }),
      { kind: "rejected", retryable: false, message: expect.stringContaining("http://elsewhere.invalid/") },
    ],
    [
      "304",
      (_, r) => void r.writeHead(304).end(),
      { kind: "rejected", message: expect.stringMatching(/answered 304$/) },
    ],
    [
      "another content type",
      (_, r) => void r.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      { kind: "bad-response", retryable: false, message: expect.stringContaining("text/html") },
    ],
    ["no content type", (_, r) => void r.writeHead(200).end("{}"), { kind: "bad-response", retryable: false }],
    [
      "garbage",
      (_, r) => void r.writeHead(200, { "content-type": "application/json" }).end('{"a": !!'),
      { kind: "bad-response", retryable: true, message: expect.stringContaining('{"a": !!') },
    ],
    [
      "nothing",
      (_, r) => void r.writeHead(200, { "content-type": "application/json" }).end(),
      { kind: "bad-response", retryable: true, message: expect.stringContaining("empty") },
    ],
    [
      "a body that ends before its length",
      (_, r) => {
        r.writeHead(200, { "content-type": "application/json", "content-length": "100" });
        r.write('{"a":1}', () => r.socket?.destroy());
      },
      { kind: "bad-response", retryable: true, message: expect.stringContaining("cut off") },
    ],
    [
      "a chunked body without its end",
      (_, r) => {
        r.writeHead(200, { "content-type": "application/json" });
        r.write('{"a":1}', () => r.socket?.destroy());
      },
      { kind: "bad-response", retryable: true, message: expect.stringContaining("cut off") },
    ],
    [
      "a connection closed without an answer",
      (_, r) => void r.socket?.destroy(),
      { kind: "bad-response", retryable: true },
    ],
  ];
  it.each(cases)("%s", async (_, script, expected) => {
    const { client } = await clientOf(script);
    await expect(client.post("/x", {}, never)).rejects.toMatchObject(expected);
  });

  it("without a secret that the server repeats, wherever it does", async () => {
    const secrets = { headers: {}, redact: (text: string) => text.replaceAll("hunter2", "[secret]") };
    for (const script of [
      (_: unknown, r: ServerResponse) => void r.writeHead(200, { "content-type": "text/hunter2" }).end(),
      (_: unknown, r: ServerResponse) => void r.writeHead(302, { location: "http://x/hunter2" }).end(),
      (_: unknown, r: ServerResponse) => json(r, { error: "your key hunter2 is wrong" }, 401),
      (_: unknown, r: ServerResponse) =>
        void r.writeHead(200, { "content-type": "application/json" }).end("hunter2 is no JSON"),
    ]) {
      const { client } = await clientOf(script, { secrets });
      const error = await client.get("/", never).catch((thrown: unknown) => String(thrown));
      expect(error).toContain("[secret]");
      expect(error).not.toContain("hunter2");
    }
  });

  it("a server that speaks no TLS", async () => {
    const { url } = await scriptedServer((_, response) => json(response, {}));
    await expect(clientAt(url.replace("http:", "https:")).get("/", never)).rejects.toMatchObject({
      kind: "rejected",
      retryable: false,
      message: expect.stringContaining("speaks no TLS"),
    });
  });

  it("no server", async () => {
    const client = clientAt("http://127.0.0.1:1");
    await expect(client.get("/", never)).rejects.toMatchObject({ kind: "unreachable", retryable: true });
  });

  it("a server that speaks no HTTP", async () => {
    const server = createServer((socket) => void socket.end("SSH-2.0-OpenSSH\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    await expect(clientAt(`http://127.0.0.1:${port}`).get("/", never)).rejects.toMatchObject({ kind: "bad-response" });
  });
});

describe("an event stream", () => {
  const stream =
    (body: string): Script =>
    (_, r) =>
      void r.writeHead(200, { "content-type": "text/event-stream" }).end(body);

  it.each([
    ['data: {"a":1}\n\n', 1, false],
    ["", 0, false],
    ['data: {"a":1}\n\ndata: [DONE]\n\ndata: {"a":2}\n\n', 1, true],
  ])("%j tells whether it said that it ends", async (body, count, ended) => {
    const { client } = await clientOf(stream(body));
    expect(await client.events("/", {}, never)).toMatchObject({ events: { length: count }, ended });
  });

  it("that has an event that is no JSON is an error", async () => {
    const { client } = await clientOf(stream("data: {oops\n\ndata: [DONE]\n\n"));
    const error = await client.events("/", {}, never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      kind: "bad-response",
      retryable: true,
      message: expect.stringMatching(/not JSON: \{oops/),
    });
  });

  it("a JSON answer instead of a stream", async () => {
    const { client } = await clientOf((_, r) => json(r, {}));
    await expect(client.events("/", {}, never)).rejects.toMatchObject({ kind: "bad-response", retryable: false });
  });
});

describe("limits", () => {
  it("cuts an answer larger than the cap, however it is sent", async () => {
    const { client } = await clientOf(
      (_, r) => {
        r.writeHead(200, { "content-type": "application/json" });
        r.end(`"${"x".repeat(5000)}"`);
      },
      { maxBytes: 1000 },
    );
    await expect(client.get("/", never)).rejects.toMatchObject({
      kind: "bad-response",
      retryable: false,
      message: expect.stringContaining("larger than 1000 bytes"),
    });
  });

  it("ends a drip by the total deadline, though every byte comes in time", async () => {
    const { client } = await clientOf(
      (_, r) => {
        r.writeHead(200, { "content-type": "application/json" });
        const drip = setInterval(() => r.write(" "), 20);
        r.on("close", () => clearInterval(drip));
      },
      { timeouts: { connectMs: 1000, idleMs: 10_000, totalMs: 300 } },
    );
    await expect(client.get("/", never)).rejects.toMatchObject({ kind: "timeout", retryable: true });
  });

  it("ends an answer that stands still by the idle deadline", async () => {
    const { client } = await clientOf(
      (_, r) => {
        r.writeHead(200, { "content-type": "application/json" });
        r.write("{");
      },
      { timeouts: { connectMs: 1000, idleMs: 100, totalMs: 50_000 } },
    );
    await expect(client.get("/", never)).rejects.toMatchObject({
      kind: "timeout",
      message: expect.stringContaining("stood still"),
    });
  });

  it("stops at once when it is told to", async () => {
    const { client } = await clientOf(() => {});
    const stop = new AbortController();
    const pending = client.get("/", stop.signal);
    setTimeout(() => stop.abort(), 20);
    await expect(pending).rejects.toBeInstanceOf(InterruptedError);
    await expect(client.get("/", stop.signal)).rejects.toBeInstanceOf(InterruptedError);
  });
});

import type { Socket } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { NotSentError } from "../../../src/backend/backend.ts";
import { HttpClient, type HttpClientOptions } from "../../../src/backend/http/client.ts";
import { ConnectionPool, type Outgoing } from "../../../src/backend/http/connection-pool.ts";
import { InterruptedError } from "../../../src/domain/errors.ts";
import { rawServer } from "../../support/raw-server.ts";

const never = new AbortController().signal;

/** A server that answers when a test says so, and a client with few connections to it. */
async function held(connections: number, options: Partial<HttpClientOptions> = {}) {
  const asked: { readonly path: string; readonly socket: Socket }[] = [];
  let arrived = (): void => {};
  const server = await rawServer((socket, request) => {
    asked.push({ path: request.split(" ")[1] ?? "", socket });
    arrived();
  });
  const client = new HttpClient({
    baseUrl: server.url,
    timeouts: { connectMs: 2000, idleMs: 5000, totalMs: 20_000 },
    connections,
    secrets: { headers: {}, redact: (text) => text },
    now: () => new Date(0),
    ...options,
  });
  onTestFinished(() => client.close());
  return {
    client,
    paths: () => asked.map(({ path }) => path),
    connections: server.connections,
    /** Waits until so many requests have come in all. */
    async asked(count: number): Promise<void> {
      while (asked.length < count) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
    },
    answer(index: number, status = "200 OK"): void {
      asked[index]?.socket.write(
        `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n${index}`,
      );
    },
    cut: (index: number) => asked[index]?.socket.destroy(),
  };
}

/** What became of a request, once it is known. */
function fateOf(promise: Promise<{ readonly body: unknown }>): Promise<unknown> {
  return promise.then(
    ({ body }) => body,
    (error: unknown) => error,
  );
}

describe("requests beyond the connections", () => {
  it("wait, and leave in their order as answers come", async () => {
    const { client, asked, answer, paths, connections } = await held(2);
    const fates = ["/a", "/b", "/c", "/d"].map((path) => fateOf(client.get(path, never)));
    await asked(2);
    expect(paths()).toEqual(["/a", "/b"]);
    answer(1);
    await asked(3);
    answer(0);
    await asked(4);
    expect(paths()).toEqual(["/a", "/b", "/c", "/d"]);
    answer(2);
    answer(3);
    expect(await Promise.all(fates)).toEqual([0, 1, 2, 3]);
    expect(connections()).toBe(2);
  });

  it("leave before anything is done with the answer that made place", async () => {
    const order: string[] = [];
    const server = await rawServer((socket) => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"));
    const { hostname: host, port } = new URL(server.url);
    const pool = new ConnectionPool({ secure: false, host, port: Number(port) }, 1);
    onTestFinished(() => pool.close());
    await new Promise<void>((resolve) => {
      const outgoing = (name: string, last: boolean): Outgoing => ({
        text: "GET / HTTP/1.1\r\n\r\n",
        encoding: "latin1",
        onSent: () => order.push(`${name} sent`),
        onConnect: () => {},
        onHead: () => {},
        onChunk: () => {},
        onPause: () => {},
        onEnd: () => {
          Promise.resolve().then(() => {
            order.push(`${name} used`);
            if (last) resolve();
          });
        },
        onError: () => {},
        onRecall: () => {},
      });
      pool.submit(outgoing("first", false));
      pool.submit(outgoing("second", true));
    });
    expect(order).toEqual(["first sent", "second sent", "first used", "second used"]);
  });

  it.each(["429 Too Many Requests", "503 Service Unavailable"])(
    "are taken back when a server answers %s",
    async (status) => {
      const { client, asked, answer, paths } = await held(1);
      const fates = ["/a", "/b", "/c"].map((path) => fateOf(client.get(path, never)));
      await asked(1);
      answer(0, status);
      const [refused, ...others] = await Promise.all(fates);
      expect(refused).toMatchObject({ kind: "overloaded" });
      expect(refused).not.toBeInstanceOf(NotSentError);
      for (const other of others) expect(other).toBeInstanceOf(NotSentError);
      expect(paths()).toEqual(["/a"]);
    },
  );

  it("are sent all the same after another failure, which is one request's own, over the same connection", async () => {
    const { client, asked, answer, connections } = await held(1);
    const fates = ["/a", "/b"].map((path) => fateOf(client.get(path, never)));
    await asked(1);
    answer(0, "500 Internal Server Error");
    await asked(2);
    answer(1);
    expect(await Promise.all(fates)).toEqual([expect.objectContaining({ kind: "server-error" }), 1]);
    expect(connections()).toBe(1);
  });

  it("go over a new connection when theirs breaks", async () => {
    const { client, asked, answer, cut, connections } = await held(1);
    const fates = ["/a", "/b"].map((path) => fateOf(client.get(path, never)));
    await asked(1);
    cut(0);
    await asked(2);
    answer(1);
    expect(await Promise.all(fates)).toEqual([expect.objectContaining({ kind: "bad-response" }), 1]);
    expect(connections()).toBe(2);
  });

  it("are never sent when they are stopped before", async () => {
    const { client, asked, answer, paths } = await held(1);
    const stop = new AbortController();
    const first = fateOf(client.get("/a", never));
    const second = fateOf(client.get("/b", stop.signal));
    const third = fateOf(client.get("/c", never));
    await asked(1);
    stop.abort();
    expect(await second).toBeInstanceOf(InterruptedError);
    answer(0);
    await asked(2);
    answer(1);
    expect([await first, await third]).toEqual([0, 1]);
    expect(paths()).toEqual(["/a", "/c"]);
  });

  it("have their deadline from when they are sent", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const { client, asked, answer } = await held(1, { timeouts: { connectMs: 300, idleMs: 300, totalMs: 300 } });
    const fates = ["/a", "/b", "/c"].map((path) => fateOf(client.get(path, never)));
    await asked(1);
    vi.advanceTimersByTime(200);
    answer(0);
    await asked(2);
    vi.advanceTimersByTime(200);
    answer(1);
    await asked(3);
    vi.advanceTimersByTime(301);
    expect(await Promise.all(fates)).toEqual([0, 1, expect.objectContaining({ kind: "timeout" })]);
  });
});

it("closing a client ends what is in flight and what waits", async () => {
  const { client, asked, paths } = await held(1);
  const fates = ["/a", "/b"].map((path) => fateOf(client.get(path, never)));
  await asked(1);
  client.close();
  expect(await Promise.all(fates)).toEqual([
    expect.objectContaining({ kind: "bad-response" }),
    expect.objectContaining({ kind: "overloaded" }),
  ]);
  expect(paths()).toEqual(["/a"]);
});

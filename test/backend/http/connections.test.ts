import type { Socket } from "node:net";
import { Client } from "undici";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { HttpClient, type HttpClientOptions } from "../../../src/backend/http/client.ts";
import { Connections, type Outgoing } from "../../../src/backend/http/connections.ts";
import { InterruptedError } from "../../../src/domain/errors.ts";
import { rawServer } from "../../support/raw-server.ts";

const never = new AbortController().signal;

/** A server that answers when a test says so, and a client with few connections to it. */
async function held(connections: number, options: Partial<HttpClientOptions> = {}, host = "127.0.0.1") {
  const asked: { readonly path: string; readonly socket: Socket }[] = [];
  let arrived = (): void => {};
  const server = await rawServer((socket, request) => {
    asked.push({ path: request.split(" ")[1] ?? "", socket });
    arrived();
  });
  const client = new HttpClient({
    baseUrl: server.url.replace("127.0.0.1", host),
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
    say: (index: number, bytes: string, then: () => void = () => {}) => asked[index]?.socket.write(bytes, then),
    cut: (index: number) => asked[index]?.socket.destroy(),
  };
}

type Held = Awaited<ReturnType<typeof held>>;

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
    const open = () => new Client("http://127.0.0.1:1");
    const connections = new Connections(open, 1);
    onTestFinished(() => connections.close());
    await new Promise<void>((resolve) => {
      const outgoing = (name: string, last: boolean): Outgoing => ({
        send: (_, done) => {
          order.push(`${name} sent`);
          setImmediate(() => {
            Promise.resolve().then(() => {
              order.push(`${name} used`);
              if (last) resolve();
            });
            done("good");
          });
        },
        onRecall: () => {},
        onError: () => {},
      });
      connections.submit(outgoing("first", false));
      connections.submit(outgoing("second", true));
    });
    expect(order).toEqual(["first sent", "second sent", "first used", "second used"]);
  });

  it.each(["429 Too Many Requests", "500 Internal Server Error"])(
    "leave after %s when everyone has heard of it, and not if they are taken back by then",
    async (status) => {
      const { client, asked, answer, paths } = await held(1);
      const fates = ["/a", "/b", "/c"].map((path) => fateOf(client.get(path, never)));
      fates[0]?.then(() => client.recall());
      await asked(1);
      answer(0, status);
      const notSent = expect.objectContaining({ kind: "not-sent", retryable: true });
      expect(await Promise.all(fates)).toEqual([expect.objectContaining({ retryable: true }), notSent, notSent]);
      expect(await sentAfter(client)).toEqual("/d");
      expect(paths()).toEqual(["/a", "/d"]);

      /** What is sent next. */
      async function sentAfter(client: HttpClient): Promise<string | undefined> {
        const last = fateOf(client.get("/d", never));
        await asked(2);
        answer(1);
        await last;
        return paths().at(-1);
      }
    },
  );

  it.each([
    ["cut", (held: Held) => held.cut(0)],
    [
      "refused with more words than are read",
      (held: Held) => held.say(0, `HTTP/1.1 429 No\r\n\r\n${"x".repeat(70_000)}`),
    ],
    ["no HTTP", (held: Held) => held.say(0, "nonsense\r\n")],
  ])("leave after an answer that is %s when everyone has heard of it, too", async (_, spoil) => {
    const server = await held(1);
    const fates = ["/a", "/b"].map((path) => fateOf(server.client.get(path, never)));
    fates[0]?.then(() => server.client.recall());
    await server.asked(1);
    spoil(server);
    expect(await fates[1]).toMatchObject({ kind: "not-sent" });
    expect(server.paths()).toEqual(["/a"]);
  });

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

it("closing a client ends what is in flight, what waits, and what comes later", async () => {
  const { client, asked, paths } = await held(1);
  const fates = ["/a", "/b"].map((path) => fateOf(client.get(path, never)));
  await asked(1);
  client.close();
  const closed = expect.objectContaining({
    kind: "rejected",
    message: expect.stringContaining("the client was closed"),
  });
  expect(await Promise.all([...fates, fateOf(client.get("/c", never))])).toEqual([closed, closed, closed]);
  expect(paths()).toEqual(["/a"]);
});

it("stopping everything at once begins no connection for those that waited", async () => {
  let looked = 0;
  const { client, asked, connections } = await held(
    2,
    {
      route: {
        lookup: (_, __, callback) => {
          looked += 1;
          callback(null, [{ address: "127.0.0.1", family: 4 }]);
        },
      },
    },
    "localhost",
  );
  const stop = new AbortController();
  const fates = ["/a", "/b", "/c", "/d"].map((path) => fateOf(client.get(path, stop.signal)));
  await asked(2);
  stop.abort();
  for (const fate of await Promise.all(fates)) expect(fate).toBeInstanceOf(InterruptedError);
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  expect([looked, connections()]).toEqual([2, 2]);
});

it("an answer that has not begun is waited for past the idle deadline, also after an interim one", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  const server = await held(1, { timeouts: { connectMs: 300, idleMs: 300, totalMs: 3000 } });
  let connected = (): void => {};
  const heard = new Promise<void>((resolve) => {
    connected = resolve;
  });
  const fate = fateOf(server.client.get("/a", never));
  await server.asked(1);
  server.say(0, "HTTP/1.1 102 Processing\r\n\r\n", () => setImmediate(() => setImmediate(connected)));
  await heard;
  vi.advanceTimersByTime(900);
  server.answer(0);
  expect(await fate).toBe(0);
});

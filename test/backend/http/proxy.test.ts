import { describe, expect, it, onTestFinished } from "vitest";
import type { BackendError } from "../../../src/backend/backend.ts";
import { openClient } from "../../../src/backend/http/open-client.ts";
import { proxiedFetch } from "../../../src/network/proxied-fetch.ts";
import { BackendSchema, type OpenAiConfig } from "../../../src/spec/backend-schema.ts";
import { testDeps } from "../../support/backend-deps.ts";
import { connectProxy } from "../../support/connect-proxy.ts";
import { json, scriptedServer } from "../../support/scripted-server.ts";

const never = new AbortController().signal;

/** A client as a backend has it, to a server under a name that only the proxy knows. */
async function clientTo(url: string, env: Readonly<Record<string, string>>) {
  const config = BackendSchema.parse({ type: "openai", url, concurrency: 4 }) as OpenAiConfig;
  const client = await openClient(config, url, testDeps(env));
  onTestFinished(() => client.close());
  return client;
}

async function named() {
  const server = await scriptedServer((request, response) => json(response, { echo: request.body }));
  return { server, url: server.url.replace("127.0.0.1", "served.example") };
}

describe("a backend behind a proxy", () => {
  it("is asked through a tunnel, again and again over one connection, with the proxy's password", async () => {
    const proxy = await connectProxy();
    const { server, url } = await named();
    const client = await clientTo(url, { HTTP_PROXY: proxy.url.replace("//", "//me:s3cret@") });
    for (let round = 0; round < 3; round += 1)
      expect((await client.post("/x", { round }, never)).body).toEqual({ echo: { round } });
    expect(proxy.tunnels).toEqual([
      { to: new URL(url).host, authorization: `Basic ${Buffer.from("me:s3cret").toString("base64")}` },
    ]);
    expect(server.seen[0]?.headers["proxy-authorization"]).toBeUndefined();
  });

  it("is asked straight where NO_PROXY says so", async () => {
    const proxy = await connectProxy();
    const { server } = await named();
    const client = await clientTo(server.url, { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1" });
    await client.get("/", never);
    expect(proxy.tunnels).toEqual([]);
  });

  it.each([
    [407, { kind: "unauthorized", retryable: false }],
    [403, { kind: "rejected", retryable: false }],
    [502, { kind: "unreachable", retryable: true }],
  ])("that refuses with %i is told by kind, without its password", async (status, expected) => {
    const proxy = await connectProxy(status);
    const { url } = await named();
    const client = await clientTo(url, { HTTP_PROXY: proxy.url.replace("//", "//me:s3cret@") });
    for (let round = 0; round < 2; round += 1) {
      const error = await client.get("/", never).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ ...expected, message: expect.stringContaining(`the proxy answered ${status}`) });
      expect((error as BackendError).message).toContain(`(through the proxy ${new URL(proxy.url).host})`);
      expect((error as BackendError).message).not.toContain("s3cret");
    }
  });

  it("that is not there is an unreachable server", async () => {
    const { url } = await named();
    const client = await clientTo(url, { HTTP_PROXY: "http://127.0.0.1:1" });
    await expect(client.get("/", never)).rejects.toMatchObject({ kind: "unreachable", retryable: true });
  });

  it("whose address is no URL is told before anything is asked", async () => {
    await expect(clientTo("http://served.example", { HTTP_PROXY: "http://[" })).rejects.toThrow("is no URL");
  });
});

it("what is fetched from a hub goes through the proxy, too", async () => {
  const proxy = await connectProxy();
  const { url } = await named();
  const response = await proxiedFetch({ HTTP_PROXY: proxy.url })(url, { method: "POST", body: '{"a":1}' });
  expect(await response.json()).toEqual({ echo: { a: 1 } });
  expect(proxy.tunnels).toHaveLength(1);
});

import { describe, expect, it, onTestFinished } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import { serveHealth } from "../../../src/service/workers/health-server.ts";

const metrics = async () => ({ type: "text/plain; version=0.0.4", text: "a 1\n" });

async function serve(troubles: () => Promise<readonly string[]>) {
  const server = await serveHealth({ host: "127.0.0.1", port: 0 }, { troubles, metrics });
  onTestFinished(() => server.close());
  return server;
}

describe("a worker's health port", () => {
  it("tells that it lives, that it can work, and its metrics", async () => {
    const { url } = await serve(async () => []);
    const [health, ready, text] = await Promise.all(
      ["/healthz", "/readyz?x", "/metrics"].map((path) => fetch(url + path)),
    );
    expect([health?.status, await health?.json()]).toEqual([200, { status: "ok" }]);
    expect([ready?.status, await ready?.json()]).toEqual([200, { status: "ready", troubles: [] }]);
    expect([text?.headers.get("content-type"), await text?.text()]).toEqual(["text/plain; version=0.0.4", "a 1\n"]);
  });

  it("lives while it can't work, and says why", async () => {
    const { url } = await serve(async () => ["Redis is away"]);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: "not ready", troubles: ["Redis is away"] }]);
  });

  it("has nothing else, and survives what fails", async () => {
    const { url } = await serve(async () => {
      throw new Error("no answer");
    });
    expect((await fetch(`${url}/other`)).status).toBe(404);
    expect((await fetch(`${url}/healthz`, { method: "POST" })).status).toBe(405);
    expect((await fetch(`${url}/readyz`)).status).toBe(500);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it("says when its port is taken", async () => {
    const { url } = await serve(async () => []);
    const taken = { host: "127.0.0.1", port: Number(new URL(url).port) };
    await expect(serveHealth(taken, { troubles: async () => [], metrics })).rejects.toThrow(UsageError);
  });
});

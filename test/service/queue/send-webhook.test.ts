import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { RunError } from "../../../src/domain/errors.ts";
import { guardedLookup } from "../../../src/service/api/address-guard.ts";
import { sendWebhook as send } from "../../../src/service/queue/send-webhook.ts";
import { connectProxy } from "../../support/connect-proxy.ts";

const rule = { allowPrivate: true, where: "webhook" };
const sendWebhook = (url: string, id: string, message: object) =>
  send({ url, lookup: guardedLookup(url, rule) }, id, message);

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

async function receiver(status: number, headers: Record<string, string> = {}) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(status, headers).end("thanks");
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, received };
}

describe("a webhook", () => {
  it("gets the message as JSON, with an id that tells of one that comes twice", async () => {
    const { url, received } = await receiver(202);
    await sendWebhook(url, "run-1", { text: "ü" });
    expect(received).toEqual([
      {
        headers: expect.objectContaining({ "content-type": "application/json", "x-quantgate-delivery": "run-1" }),
        body: { text: "ü" },
      },
    ]);
  });

  it.each([400, 500])("that answers %i has not taken it", async (status) => {
    const { url } = await receiver(status);
    await expect(sendWebhook(url, "run-1", {})).rejects.toThrow(`the webhook answered ${status}`);
  });

  it("that leads elsewhere is not followed", async () => {
    const elsewhere = await receiver(200);
    const { url } = await receiver(307, { location: elsewhere.url });
    await expect(sendWebhook(url, "run-1", {})).rejects.toThrow(RunError);
    expect(elsewhere.received).toEqual([]);
  });

  it("whose name leads to a metadata service by now gets nothing", async () => {
    const url = "http://hook.example/s3cret";
    const lookup = guardedLookup(url, rule, (_, __, callback) =>
      callback(null, [{ address: "169.254.169.254", family: 4 }]),
    );
    const error = await send({ url, lookup }, "run-1", {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RunError);
    expect((error as RunError).hint).toContain("169.254.169.254, which no backend may be at");
    expect(`${String(error)} ${(error as RunError).hint}`).not.toContain("s3cret");
  });

  it("that isn't there is told without its URL, which may hold a secret", async () => {
    const error = await sendWebhook("http://127.0.0.1:1/s3cret", "run-1", {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RunError);
    expect(String(error)).not.toContain("s3cret");
  });

  it("is reached through the proxy that leads to it", async () => {
    const proxy = await connectProxy();
    const { url, received } = await receiver(200);
    await send({ url, lookup: guardedLookup(url, rule), proxy: proxy.url }, "run-1", { a: 1 });
    expect(received).toHaveLength(1);
    expect(proxy.tunnels).toHaveLength(1);
  });
});

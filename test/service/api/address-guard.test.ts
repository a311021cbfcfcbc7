import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type LookupFunction } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { BackendError } from "../../../src/backend/backend.ts";
import { HttpClient } from "../../../src/backend/http/client.ts";
import { evaluationServices } from "../../../src/compose.ts";
import { UsageError } from "../../../src/domain/errors.ts";
import { readEnv } from "../../../src/env.ts";
import { guardedLookup } from "../../../src/service/api/address-guard.ts";
import { loadBackendRegistry } from "../../../src/service/api/backend-registry.ts";
import type { ResolvedVariant } from "../../../src/spec/resolved.ts";
import { FileStore } from "../../../src/store/file-store.ts";
import { temporaryFolder } from "../../support/cli.ts";
import { SimulatedOllama } from "../../support/simulated-ollama.ts";

const { signal } = new AbortController();
const rule = { allowPrivate: false, where: 'backend "staging"' };

/** Answers with one address after the other; the last one again and again. */
function resolver(...addresses: readonly string[]): LookupFunction & { readonly asked: string[] } {
  const asked: string[] = [];
  const resolve: LookupFunction = (hostname, _, callback) => {
    const address = addresses[Math.min(asked.length, addresses.length - 1)] ?? "";
    asked.push(hostname);
    callback(null, [{ address, family: address.includes(":") ? 6 : 4 }]);
  };
  return Object.assign(resolve, { asked });
}

function look(lookup: LookupFunction, host: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => (error === null ? resolve(found) : reject(error)));
  });
}

describe("a name is checked when it is connected to", () => {
  it("and not only before: the second answer leads to a metadata service", async () => {
    const lookup = guardedLookup("http://rebind.example", rule, resolver("93.184.216.34", "169.254.169.254"));
    expect(await look(lookup, "rebind.example")).toEqual([{ address: "93.184.216.34", family: 4 }]);
    await expect(look(lookup, "rebind.example")).rejects.toThrow("169.254.169.254, which no backend may be at");
  });

  it.each(["169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fe80::1", "fd00:ec2::254", "0.0.0.0"])(
    "%s is denied, also where private addresses are allowed",
    async (address) => {
      const lookup = guardedLookup("http://x.example", { ...rule, allowPrivate: true }, resolver(address));
      await expect(look(lookup, "x.example")).rejects.toThrow("which no backend may be at");
      expect(() => guardedLookup(`http://${address.includes(":") ? `[${address}]` : address}/`, rule)).toThrow(
        UsageError,
      );
    },
  );

  it.each(["10.1.2.3", "127.0.0.1", "::1", "64:ff9b::a01:203"])(
    "%s is allowed where it was said so",
    async (address) => {
      const strict = guardedLookup("http://x.example", rule, resolver(address));
      await expect(look(strict, "x.example")).rejects.toThrow("private address");
      const lax = guardedLookup("http://x.example", { ...rule, allowPrivate: true }, resolver(address));
      expect(await look(lax, "x.example")).toMatchObject([{ address }]);
    },
  );

  it("every address counts, not only the first", async () => {
    const both: LookupFunction = (_, __, callback) =>
      callback(null, [
        { address: "93.184.216.34", family: 4 },
        { address: "169.254.169.254", family: 4 },
      ]);
    await expect(look(guardedLookup("http://x.example", rule, both), "x.example")).rejects.toThrow(UsageError);
  });

  it("a caller that wants one address gets one; a name without any is an error", async () => {
    const one = (lookup: LookupFunction) =>
      new Promise((resolve) => lookup("x.example", { family: 4 }, (...answer) => resolve(answer)));
    expect(await one(guardedLookup("http://x.example", rule, resolver("93.184.216.34")))).toEqual([
      null,
      "93.184.216.34",
      4,
    ]);
    const none: LookupFunction = (_, __, callback) => callback(null, []);
    expect(await one(guardedLookup("http://x.example", rule, none))).toMatchObject([{ code: "ENOTFOUND" }, []]);
  });
});

describe("a connection to a backend", () => {
  it("isn't made to an address that its name leads to all of a sudden", async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const baseUrl = `http://rebind.example:${port}`;
    const allowed = { ...rule, allowPrivate: true };
    const addresses = resolver("127.0.0.1", "169.254.169.254");
    const client = new HttpClient({
      baseUrl,
      timeouts: { connectMs: 2000, idleMs: 2000, totalMs: 5000 },
      connections: 1,
      secrets: { headers: {}, redact: (text) => text },
      now: () => new Date(0),
      route: { lookup: guardedLookup(baseUrl, allowed, addresses) },
    });
    onTestFinished(() => client.close());
    // The first is connected to, and hangs up.
    await expect(client.get("/", signal)).rejects.toMatchObject({ kind: "bad-response" });
    const refused = await client.get("/", signal).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(BackendError);
    expect(refused).toMatchObject({ kind: "rejected", retryable: false });
    expect(String(refused)).toContain("169.254.169.254, which no backend may be at");
    expect(addresses.asked).toEqual(["rebind.example", "rebind.example"]);
  });

  it("is guarded wherever the service and its workers open one", async () => {
    const folder = await temporaryFolder();
    const ollama = await SimulatedOllama.start({ models: ["demo:FP16"], latencyMs: 0 });
    onTestFinished(() => ollama.close());
    const url = ollama.url.replace("127.0.0.1", "rebind.example");
    const path = join(folder, "backends.yaml");
    await writeFile(path, `backends:\n  sim: { type: ollama, url: "${ollama.url}" }\nallowPrivate: [sim]\n`);
    const registry = await loadBackendRegistry(path);
    const addresses = resolver("127.0.0.1", "169.254.169.254");
    const services = evaluationServices(new FileStore(folder), readEnv({ QUANTGATE_CACHE: folder }), {
      lookupFor: (name, where) => registry.lookupFor(name, where, addresses),
    });
    const variant = variantAt(url);
    const backend = await services.openBackend(variant, signal);
    await backend.close();
    await expect(services.openBackend(variant, signal)).rejects.toMatchObject({ kind: "rejected" });
    await expect(services.openBackend(variantAt("http://169.254.169.254"), signal)).rejects.toThrow(UsageError);
  });
});

function variantAt(url: string): ResolvedVariant {
  return {
    id: "demo/FP16@sim",
    model: "demo",
    quantization: { name: "FP16", bitsPerWeight: 16 },
    backendName: "sim",
    backend: {
      type: "ollama",
      url,
      concurrency: 1,
      retries: 0,
      timeouts: { connectMs: 2000, idleMs: 2000, totalMs: 5000 },
    },
    source: "demo:FP16",
  } as unknown as ResolvedVariant;
}

describe("behind a proxy, where nobody here sees an address", () => {
  const proxies = {
    HTTP_PROXY: "http://127.0.0.1:3128",
    HTTPS_PROXY: "http://127.0.0.1:3128",
    NO_PROXY: "spared.example",
  };
  const load = async (...lines: readonly string[]) => {
    const path = join(await temporaryFolder(), "backends.yaml");
    await writeFile(path, lines.join("\n"));
    return loadBackendRegistry(path, () => {}, proxies);
  };
  const backends = 'backends: { far: { type: ollama, url: "http://only-the-proxy-knows.example" } }';
  const webhooks = 'webhooks: { chat: "https://only-the-proxy-knows.example/hook" }';

  it("a backend is refused unless the operator allows it by name", async () => {
    await expect(load(backends)).rejects.toThrow(/backend "far" would be reached through the proxy 127\.0\.0\.1:3128/);
    const registry = await load(backends, "allowProxy: [far]");
    expect(() => registry.lookupFor("far", "http://only-the-proxy-knows.example")).not.toThrow();
  });

  it("so is a webhook, which is then told its proxy", async () => {
    await expect(load(backends, "allowProxy: [far]", webhooks)).rejects.toThrow(/webhook "chat" would be reached/);
    const registry = await load(backends, "allowProxy: [far, chat]", webhooks);
    expect(registry.webhook("chat").proxy).toBe("http://127.0.0.1:3128");
  });

  it("an address that no backend may be at stays refused", async () => {
    const metadata = 'backends: { far: { type: ollama, url: "http://169.254.169.254" } }';
    await expect(load(metadata, "allowProxy: [far]")).rejects.toThrow(/which no backend may be at/);
  });

  it("a name that is not registered is a mistake", async () => {
    await expect(load(backends, "allowProxy: [fra]")).rejects.toThrow(/there is no backend or webhook "fra"/);
  });
});

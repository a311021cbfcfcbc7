import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HubSettings } from "../../src/hub/hub-settings.ts";
import { HubStore } from "../../src/hub/hub-store.ts";
import { LockFile } from "../../src/hub/lock-file.ts";
import { parseRepository } from "../../src/hub/repository.ts";
import { COMMIT, HubServer, type Interference, refuse } from "./hub-server.ts";
import { testNetwork } from "./test-network.ts";

const { signal } = new AbortController();
const TOKEN = "hf_secretsecretsecret";
const WEIGHTS = randomBytes(300_000);
const CONFIG = Buffer.from('{"model_type":"bert"}');
const MODEL = parseRepository("owner/encoder", "model");
const WANTED = [{ file: "config.json" }, { file: "onnx/model.onnx" }, { file: "modules.json", optional: true }];

let server: HubServer;
let folder: string;
let network: ReturnType<typeof testNetwork>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "quantgate-hub-"));
  network = testNetwork();
  server = await HubServer.start();
  server.repositories.set("owner/encoder", {
    commit: COMMIT,
    files: { "config.json": CONFIG, "onnx/model.onnx": WEIGHTS },
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

function storeWith(settings: Partial<HubSettings> = {}, lockName = "models.lock.json"): HubStore {
  return new HubStore({
    settings: {
      endpoint: server.endpoint,
      token: undefined,
      folder: join(folder, "cache"),
      offline: false,
      ...settings,
    },
    lock: new LockFile(join(folder, lockName)),
    network,
    pullCommand: ({ id }) => `quantgate models pull ${id}`,
  });
}
const sha256 = (contents: Buffer) => createHash("sha256").update(contents).digest("hex");
const lockText = () => readFileSync(join(folder, "models.lock.json"), "utf8");
const filesIn = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
const asked = (method: string) => server.requests.filter((request) => request.method === method);
/** Misbehaves on the first matching requests, then no more. */
function interfere(times: number, act: Interference): void {
  let left = times;
  server.interferences.push((request, response) => left > 0 && act(request, response) && left-- > 0);
}
const isDownload: (request: Parameters<Interference>[0]) => boolean = ({ method, server: where }) =>
  method === "GET" && where === "store";

describe("a first pull", () => {
  it("downloads the files and writes down what they are", async () => {
    const pulled = await storeWith().pull(MODEL, WANTED, signal);
    expect(pulled.commit).toBe(COMMIT);
    expect(pulled.digests).toEqual({ "config.json": sha256(CONFIG), "onnx/model.onnx": sha256(WEIGHTS) });
    expect(readFileSync(join(pulled.folder, "onnx/model.onnx")).equals(WEIGHTS)).toBe(true);
    expect(JSON.parse(lockText())).toEqual({
      version: 1,
      repositories: {
        "models/owner/encoder@main": {
          commit: COMMIT,
          files: {
            "config.json": { sizeBytes: CONFIG.length, sha256: sha256(CONFIG) },
            "onnx/model.onnx": { sizeBytes: WEIGHTS.length, sha256: sha256(WEIGHTS) },
          },
          absent: ["modules.json"],
        },
      },
    });
    expect(filesIn(join(folder, "cache"))).toEqual(["config.json", "model.onnx"]);
  });

  it("takes all files of one commit, even when the branch moves meanwhile", async () => {
    await storeWith().pull(MODEL, WANTED, signal);
    const paths = asked("HEAD").map(({ path }) => path);
    expect(paths[0]).toContain("/resolve/main/config.json");
    expect(paths[1]).toContain(`/resolve/${COMMIT}/onnx/model.onnx`);
  });

  it("reports its progress", async () => {
    const seen: { file: string; receivedBytes: number; totalBytes: number }[] = [];
    await storeWith().pull(MODEL, WANTED, signal, (progress) => seen.push(progress));
    expect(seen.at(-1)).toEqual({ file: "onnx/model.onnx", receivedBytes: WEIGHTS.length, totalBytes: WEIGHTS.length });
  });

  it("fetches data sets from their own part of the hub", async () => {
    const table = randomBytes(5_000);
    server.repositories.set("datasets/cais/mmlu", {
      commit: COMMIT,
      files: { "all/test-00000-of-00001.parquet": table },
    });
    const wanted = [{ file: "all/test-00000-of-00001.parquet" }];
    const pulled = await storeWith().pull(parseRepository("cais/mmlu", "dataset"), wanted, signal);
    expect(readFileSync(join(pulled.folder, wanted[0]?.file ?? "")).equals(table)).toBe(true);
    expect(await storeWith().list("dataset")).toEqual([
      { key: "datasets/cais/mmlu@main", commit: COMMIT, sizeBytes: table.length, complete: true },
    ]);
    expect(await storeWith().list("model")).toEqual([]);
  });

  it("takes what another project has downloaded already", async () => {
    await storeWith().pull(MODEL, WANTED, signal);
    await storeWith({}, "other.lock.json").pull(MODEL, WANTED, signal);
    expect(asked("GET").filter(({ server }) => server === "store")).toHaveLength(1);
    expect(readFileSync(join(folder, "other.lock.json"), "utf8")).toBe(lockText());
  });
});

describe("a later pull", () => {
  beforeEach(async () => {
    await storeWith().pull(MODEL, WANTED, signal);
    server.requests.length = 0;
  });

  it("asks for nothing when all is there", async () => {
    const before = lockText();
    await storeWith().pull(MODEL, WANTED, signal);
    expect(server.requests).toEqual([]);
    expect(lockText()).toBe(before);
  });

  it("on another machine gets the same commit, without asking where the branch is", async () => {
    const moved = { ...server.repositories.get("owner/encoder"), commit: "b".repeat(40), files: {} };
    rmSync(join(folder, "cache"), { recursive: true });
    await storeWith().pull(MODEL, WANTED, signal);
    expect(asked("HEAD")).toEqual([]);
    rmSync(join(folder, "cache"), { recursive: true });
    server.repositories.set("owner/encoder", moved);
    await expect(storeWith().pull(MODEL, WANTED, signal)).rejects.toMatchObject({ kind: "not-found" });
  });

  it("refuses other contents than the lock file promises, and keeps none of them", async () => {
    rmSync(join(folder, "cache"), { recursive: true });
    const other = randomBytes(WEIGHTS.length);
    server.repositories.set("owner/encoder", {
      commit: COMMIT,
      files: { "config.json": CONFIG, "onnx/model.onnx": other },
    });
    await expect(storeWith().pull(MODEL, WANTED, signal)).rejects.toMatchObject({
      kind: "hash-mismatch",
      message: expect.stringContaining(sha256(WEIGHTS)),
    });
    expect(filesIn(join(folder, "cache"))).toEqual(["config.json"]);
  });

  it("replaces a file that was changed on disk", async () => {
    const { folder: path } = await storeWith().path(MODEL);
    writeFileSync(join(path, "onnx/model.onnx"), randomBytes(WEIGHTS.length));
    expect(await storeWith().verify(MODEL, signal)).toEqual([
      { file: "config.json", sizeBytes: CONFIG.length, state: "ok" },
      { file: "onnx/model.onnx", sizeBytes: WEIGHTS.length, state: "changed" },
    ]);
    await storeWith().pull(MODEL, WANTED, signal);
    expect((await storeWith().verify(MODEL, signal)).map(({ state }) => state)).toEqual(["ok", "ok"]);
  });

  it("names what is missing", async () => {
    const { folder: path } = await storeWith().path(MODEL);
    rmSync(join(path, "config.json"));
    expect((await storeWith().verify(MODEL, signal))[0]?.state).toBe("missing");
    expect(await storeWith().list("model")).toMatchObject([{ key: "models/owner/encoder@main", complete: false }]);
    await expect(storeWith().path(MODEL)).rejects.toMatchObject({
      kind: "not-pulled",
      message: expect.stringContaining("config.json"),
      hint: "fetch it with: quantgate models pull owner/encoder",
    });
  });
});

describe("a download", () => {
  it("goes on where the connection broke", async () => {
    interfere(2, (request, response) => {
      if (!isDownload(request)) return false;
      const from = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
      response.writeHead(from > 0 ? 206 : 200, {
        "content-length": WEIGHTS.length - from,
        ...(from > 0 ? { "content-range": `bytes ${from}-${WEIGHTS.length - 1}/${WEIGHTS.length}` } : {}),
      });
      response.write(WEIGHTS.subarray(from, from + 100_000), () => setTimeout(() => response.destroy(), 20));
      return true;
    });
    const { folder: path } = await storeWith().pull(MODEL, WANTED, signal);
    expect(readFileSync(join(path, "onnx/model.onnx")).equals(WEIGHTS)).toBe(true);
    const ranges = server.requests.filter(({ server }) => server === "store").map(({ range }) => range);
    expect(ranges[0]).toBeUndefined();
    expect(ranges.slice(1)).toEqual([
      expect.stringMatching(/^bytes=[1-9]\d*-$/),
      expect.stringMatching(/^bytes=[1-9]\d*-$/),
    ]);
  });

  it("that was interrupted is taken up by the next pull, and is no file before it is whole", async () => {
    const stop = new AbortController();
    const aborted = storeWith().pull(MODEL, WANTED, stop.signal, ({ file, receivedBytes }) => {
      if (file === "onnx/model.onnx" && receivedBytes > 0) stop.abort();
    });
    await expect(aborted).rejects.toThrow("interrupted");
    const parts = filesIn(join(folder, "cache"));
    expect(parts.filter((name) => name.endsWith(".part"))).toHaveLength(1);
    expect(parts).not.toContain("model.onnx");
    expect(existsSync(join(folder, "models.lock.json"))).toBe(false);
    await storeWith().pull(MODEL, WANTED, signal);
    const downloads = server.requests.filter(({ server, range }) => server === "store" && range !== undefined);
    expect(downloads.map(({ range }) => range)).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
    expect((await storeWith().verify(MODEL, signal)).map(({ state }) => state)).toEqual(["ok", "ok"]);
    expect(filesIn(join(folder, "cache"))).toEqual(["config.json", "model.onnx"]);
  });

  it("starts again where the server can't continue", async () => {
    const stop = new AbortController();
    await expect(
      storeWith().pull(MODEL, WANTED, stop.signal, ({ receivedBytes }) => receivedBytes > 50_000 && stop.abort()),
    ).rejects.toThrow("interrupted");
    interfere(1, (request, response) => {
      if (!isDownload(request)) return false;
      response.writeHead(200, { "content-length": WEIGHTS.length });
      response.end(WEIGHTS);
      return true;
    });
    await storeWith().pull(MODEL, WANTED, signal);
    expect((await storeWith().verify(MODEL, signal)).map(({ state }) => state)).toEqual(["ok", "ok"]);
  });

  it("whose part is already longer than the file starts again", async () => {
    const stop = new AbortController();
    await expect(
      storeWith().pull(MODEL, WANTED, stop.signal, ({ receivedBytes }) => receivedBytes > 50_000 && stop.abort()),
    ).rejects.toThrow("interrupted");
    const [part = ""] = readdirSync(join(folder, "cache"), { recursive: true, encoding: "utf8" }).filter((name) =>
      name.endsWith(".part"),
    );
    truncateSync(join(folder, "cache", part), WEIGHTS.length + 10);
    await storeWith().pull(MODEL, WANTED, signal);
    expect((await storeWith().verify(MODEL, signal)).map(({ state }) => state)).toEqual(["ok", "ok"]);
  });

  it("gives up when the connection breaks again and again, and says that it can go on", async () => {
    interfere(99, (request, response) => {
      if (!isDownload(request)) return false;
      response.destroy();
      return true;
    });
    await expect(storeWith().pull(MODEL, WANTED, signal)).rejects.toMatchObject({ kind: "unreachable" });
    expect(network.pausesMs.length).toBeGreaterThan(2);
  });

  it("with other contents than the hub announced is thrown away", async () => {
    interfere(99, (request, response) => {
      if (!isDownload(request)) return false;
      response.writeHead(200, { "content-length": WEIGHTS.length });
      response.end(randomBytes(WEIGHTS.length));
      return true;
    });
    await expect(storeWith().pull(MODEL, WANTED, signal)).rejects.toMatchObject({ kind: "hash-mismatch" });
    expect(filesIn(join(folder, "cache"))).toEqual(["config.json"]);
    expect(existsSync(join(folder, "models.lock.json"))).toBe(false);
  });

  it("of a small file is checked by git's hash", async () => {
    interfere(1, (request, response) => {
      if (request.method !== "GET" || !request.url?.endsWith("config.json")) return false;
      response.writeHead(200, { "content-length": CONFIG.length });
      response.end(Buffer.from('{"model_type":"evil"}'));
      return true;
    });
    await expect(storeWith().pull(MODEL, WANTED, signal)).rejects.toMatchObject({
      kind: "hash-mismatch",
      message: expect.stringContaining("git-sha1"),
    });
  });

  it("that never ends is cut off", async () => {
    interfere(1, (request, response) => {
      if (!isDownload(request)) return false;
      response.writeHead(200);
      response.end(Buffer.concat([WEIGHTS, WEIGHTS]));
      return true;
    });
    await expect(storeWith().pull(MODEL, WANTED, signal)).rejects.toMatchObject({
      kind: "hash-mismatch",
      message: expect.stringContaining("longer than the hub said"),
    });
  });
});

describe("a refusal", () => {
  it("of an unknown or closed repository asks for a token", async () => {
    await expect(storeWith().pull(parseRepository("owner/secret", "model"), WANTED, signal)).rejects.toMatchObject({
      kind: "unauthorized",
      hint: expect.stringContaining("HF_TOKEN"),
    });
  });

  it("of a token says that the token is no use, and doesn't print it", async () => {
    const error = await storeWith({ token: TOKEN })
      .pull(parseRepository("owner/secret", "model"), WANTED, signal)
      .catch((reason) => reason);
    expect(error).toMatchObject({ kind: "unauthorized", hint: expect.stringContaining("valid") });
    expect(JSON.stringify([error, error.message, error.hint, error.stack])).not.toContain("secretsecret");
  });

  it("of an unknown revision names it", async () => {
    await expect(storeWith().pull(parseRepository("owner/encoder@v9", "model"), WANTED, signal)).rejects.toMatchObject({
      kind: "not-found",
      message: expect.stringContaining("@v9"),
    });
  });

  it("of a file that is needed names the file", async () => {
    await expect(storeWith().pull(MODEL, [{ file: "onnx/none.onnx" }], signal)).rejects.toMatchObject({
      kind: "not-found",
      message: expect.stringContaining("onnx/none.onnx"),
    });
  });

  it("for too many requests is waited out as long as the server asks", async () => {
    interfere(2, (_, response) => {
      refuse(response, 429, "TooManyRequests", { "retry-after": "7" });
      return true;
    });
    await storeWith().pull(MODEL, WANTED, signal);
    expect(network.pausesMs).toEqual([7_000, 7_000]);
  });

  it("for too many requests until a date is waited out", async () => {
    interfere(1, (_, response) => {
      refuse(response, 429, "TooManyRequests", { "retry-after": new Date(Date.now() + 30_000).toUTCString() });
      return true;
    });
    await storeWith().pull(MODEL, WANTED, signal);
    expect(network.pausesMs[0]).toBeGreaterThan(20_000);
    expect(network.pausesMs[0]).toBeLessThanOrEqual(30_000);
  });

  it("for longer than anybody waits is reported with the time", async () => {
    interfere(99, (_, response) => {
      refuse(response, 429, "TooManyRequests", { "retry-after": "3600" });
      return true;
    });
    await expect(storeWith().pull(MODEL, WANTED, signal)).rejects.toMatchObject({
      kind: "rate-limited",
      hint: expect.stringContaining("3600 s"),
    });
    expect(network.pausesMs).toEqual([]);
  });

  it("that passes is tried again with growing pauses", async () => {
    interfere(3, (_, response) => {
      refuse(response, 503, "Unavailable");
      return true;
    });
    await storeWith().pull(MODEL, WANTED, signal);
    expect(network.pausesMs).toEqual([1_000, 2_000, 4_000]);
  });

  it("by something that is no hub is recognised", async () => {
    interfere(1, (_, response) => {
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<html>log in to the guest network</html>");
      return true;
    });
    await expect(storeWith().pull(MODEL, WANTED, signal)).rejects.toMatchObject({ kind: "bad-response" });
  });

  it("by an address where nobody answers is told apart", async () => {
    const store = storeWith();
    await server.close();
    await expect(store.pull(MODEL, WANTED, signal)).rejects.toMatchObject({ kind: "unreachable" });
    server = await HubServer.start();
  });
});

describe("the access token", () => {
  it("goes to the hub and not to the store it redirects to", async () => {
    await storeWith({ token: TOKEN }).pull(MODEL, WANTED, signal);
    const to = (where: string) => server.requests.filter((request) => request.server === where);
    expect(to("hub").length).toBeGreaterThan(0);
    expect(to("store").length).toBeGreaterThan(0);
    for (const { authorization } of to("hub")) expect(authorization).toBe(`Bearer ${TOKEN}`);
    for (const { authorization } of to("store")) expect(authorization).toBeUndefined();
  });

  it("isn't sent on after a redirect to another server and back", async () => {
    const hub = new URL(server.endpoint);
    server.interferences.push((request, response) => {
      if (request.server !== "hub" || request.method !== "HEAD" || request.url?.includes("elsewhere")) return false;
      // localhost and 127.0.0.1 are different origins.
      response.writeHead(307, { location: `http://localhost:${hub.port}/elsewhere` });
      response.end();
      return true;
    });
    await expect(storeWith({ token: TOKEN }).pull(MODEL, WANTED, signal)).rejects.toMatchObject({
      kind: "unauthorized",
    });
    const elsewhere = server.requests.filter(({ path }) => path === "/elsewhere");
    expect(elsewhere).toHaveLength(1);
    expect(elsewhere[0]?.authorization).toBeUndefined();
  });
});

describe("offline", () => {
  it("uses what is there", async () => {
    await storeWith().pull(MODEL, WANTED, signal);
    server.requests.length = 0;
    expect((await storeWith({ offline: true }).pull(MODEL, WANTED, signal)).commit).toBe(COMMIT);
    expect(server.requests).toEqual([]);
  });

  it("says what to fetch when something is missing, and asks nobody", async () => {
    await expect(storeWith({ offline: true }).pull(MODEL, WANTED, signal)).rejects.toMatchObject({
      kind: "offline",
      hint: "fetch it with a network: quantgate models pull owner/encoder",
    });
    expect(server.requests).toEqual([]);
  });
});

it("never steps out of its folder", async () => {
  for (const file of ["../../outside", "/etc/outside", "a/../../b", "C:\\outside", "a//b", ""])
    await expect(storeWith().pull(MODEL, [{ file }], signal)).rejects.toThrow("is no file of a repository");
  expect(server.requests).toEqual([]);
});

it("follows a repository that was renamed", async () => {
  server.interferences.push((request, response) => {
    if (!request.url?.startsWith("/old/encoder/")) return false;
    response.writeHead(307, { location: request.url.replace("/old/", "/owner/") });
    response.end();
    return true;
  });
  const pulled = await storeWith().pull(parseRepository("old/encoder", "model"), WANTED, signal);
  expect(pulled.commit).toBe(COMMIT);
});

import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { NetworkDeps } from "../../src/hub/http-request.ts";
import { LockFile } from "../../src/hub/lock-file.ts";
import { ModelStore } from "../../src/onnx/model-store.ts";
import type { PublishedBaseline } from "../../src/onnx/published-baselines.ts";
import { COMMIT, HubServer } from "../hub/hub-server.ts";
import { testNetwork } from "../hub/test-network.ts";
import { exportedModel } from "./exports/exported-model.ts";

const { signal } = new AbortController();
let server: HubServer;
let folder: string;
let network: NetworkDeps;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "quantgate-store-"));
  server = await HubServer.start();
  network = testNetwork();
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

interface StoreSetup {
  readonly offline?: boolean;
  readonly network?: NetworkDeps;
  readonly publishedBaseline?: (model: string) => PublishedBaseline | undefined;
}

function storeWith({ offline = false, ...options }: StoreSetup = {}): ModelStore {
  return new ModelStore({
    settings: { endpoint: server.endpoint, token: undefined, folder: join(folder, "cache"), offline },
    lock: new LockFile(join(folder, "models.lock.json")),
    network,
    ...options,
  });
}

/** Puts an exported model on the hub. */
async function host(id: string, name: string, rename: (file: string) => string = (file) => file): Promise<void> {
  const model = await exportedModel(name, join(folder, "source"));
  const files = readdirSync(model.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  server.repositories.set(id, {
    commit: COMMIT,
    files: Object.fromEntries(files.map((path) => [rename(path.slice(model.folder.length + 1)), readFileSync(path)])),
  });
}

describe("pulling a model", () => {
  it("fetches what the encoder needs, and opens it by its name", async () => {
    await host("owner/encoder", "bert");
    const pulled = await storeWith().pull("owner/encoder", {}, signal);
    expect(pulled).toEqual({
      folder: await storeWith().path("owner/encoder"),
      revision: COMMIT,
      baseline: "none published",
    });
    const model = await storeWith({ offline: true }).open("owner/encoder", {}, signal);
    expect(model).toMatchObject({ name: "owner/encoder", revision: COMMIT, layers: 2, type: "bert" });
    expect(await storeWith().verify("owner/encoder", signal)).toHaveLength(4);
  });

  it("fetches the data files that the model names", async () => {
    await host("owner/encoder", "bert-external");
    await storeWith().pull("owner/encoder", {}, signal);
    const model = await storeWith().open("owner/encoder", {}, signal);
    expect(Object.keys(model.digests)).toContain("onnx/bert-external.onnx_data");
  });

  it("fetches a language model at one dtype, with its tokenizer, settings and template", async () => {
    await host("owner/decoder", "bert-external", (file) =>
      file.replace("sentence_bert_config.json", "ignored.json").replace("onnx/model.onnx", "onnx/model_q4.onnx"),
    );
    const { files } = server.repositories.get("owner/decoder") ?? { files: {} };
    Object.assign(files, { "chat_template.jinja": Buffer.from("{{ messages }}") });
    await storeWith().pull("owner/decoder", { dtype: "q4" }, signal);
    const { digests } = await storeWith({ offline: true }).locate("owner/decoder");
    expect(Object.keys(digests).sort()).toEqual([
      "chat_template.jinja",
      "config.json",
      "onnx/bert-external.onnx_data",
      "onnx/model_q4.onnx",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    await expect(storeWith().pull("owner/decoder", { dtype: "q8" }, signal)).rejects.toThrow(
      /has no onnx\/model_quantized\.onnx or model_quantized\.onnx/,
    );
  });

  it("finds the model file at the top, or where it is told to look", async () => {
    await host("owner/top", "bert", (file) => file.replace("onnx/model.onnx", "model.onnx"));
    await storeWith().pull("owner/top", {}, signal);
    expect((await storeWith().open("owner/top", {}, signal)).onnxFile).toMatch(/model\.onnx$/);
    await host("owner/int8", "bert-int8", (file) => file.replace("model.onnx", "model_int8.onnx"));
    await storeWith().pull("owner/int8", { file: "onnx/model_int8.onnx" }, signal);
    const model = await storeWith().open("owner/int8", { file: "onnx/model_int8.onnx" }, signal);
    expect(model.batchable).toBe(false);
  });

  it("explains how to export a repository that has no ONNX file", async () => {
    await host("owner/torch", "bert", (file) => file.replace("model.onnx", "model.safetensors"));
    await expect(storeWith().pull("owner/torch", {}, signal)).rejects.toMatchObject({
      kind: "missing-file",
      hint: expect.stringContaining("optimum-cli export onnx --model owner/torch"),
    });
  });

  it("is nothing for a folder and for the bundled encoder", async () => {
    const model = await exportedModel("bert", join(folder, "mine"));
    expect(await storeWith().pull(model.folder, {}, signal)).toMatchObject({ folder: model.folder, revision: "local" });
    expect(await storeWith().pull("demo-encoder", {}, signal)).toMatchObject({ revision: "1.0.0" });
    expect(server.requests).toEqual([]);
  });
});

describe("a model that isn't there", () => {
  it("names the command that fetches it", async () => {
    const hint = "fetch it with: quantgate models pull FacebookAI/roberta-large";
    await expect(storeWith().open("roberta-large", {}, signal)).rejects.toMatchObject({ kind: "not-pulled", hint });
    await expect(storeWith().path("roberta-large")).rejects.toMatchObject({ kind: "not-pulled", hint });
    await expect(storeWith().verify("roberta-large", signal)).rejects.toMatchObject({ kind: "not-pulled", hint });
    expect(server.requests).toEqual([]);
  });

  it("names the command that fetches another file of it", async () => {
    const opening = () => storeWith().open("owner/encoder", { file: "onnx/model_fp16.onnx" }, signal);
    const hint = "fetch it with: quantgate models pull owner/encoder --file onnx/model_fp16.onnx";
    await expect(opening()).rejects.toMatchObject({ kind: "not-pulled", hint });
    await host("owner/encoder", "bert");
    await storeWith().pull("owner/encoder", {}, signal);
    await expect(opening()).rejects.toMatchObject({ kind: "not-pulled", hint });
  });

  it("is never used by halves", async () => {
    await host("owner/encoder", "bert");
    await storeWith().pull("owner/encoder", {}, signal);
    const path = await storeWith().path("owner/encoder");
    writeFileSync(join(path, "tokenizer.json"), "{}");
    await expect(storeWith().open("owner/encoder", {}, signal)).rejects.toMatchObject({ kind: "not-pulled" });
  });

  it("isn't replaced by another of the same size", async () => {
    await host("owner/encoder", "bert");
    await storeWith().pull("owner/encoder", {}, signal);
    const file = join(await storeWith().path("owner/encoder"), "onnx/model.onnx");
    const weights = readFileSync(file);
    weights[weights.length - 200] = (weights[weights.length - 200] ?? 0) ^ 1;
    writeFileSync(file, weights);
    await expect(storeWith().open("owner/encoder", {}, signal)).rejects.toMatchObject({
      kind: "hash-mismatch",
      message: expect.stringContaining(file),
    });
  });
});

describe("the list", () => {
  it("has the bundled encoder and what was pulled", async () => {
    await host("owner/encoder", "bert");
    await storeWith().pull("owner/encoder", {}, signal);
    expect(await storeWith().list()).toEqual([
      { name: "demo-encoder", revision: "1.0.0", sizeBytes: expect.any(Number), complete: true },
      { name: "owner/encoder@main", revision: COMMIT, sizeBytes: expect.any(Number), complete: true },
    ]);
  });
});

it("verifies the bundled encoder by its manifest", async () => {
  const states = await storeWith().verify("demo-encoder", signal);
  expect(states.map(({ file, state }) => [file, state])).toEqual(
    ["onnx/model.onnx", "tokenizer.json", "tokenizer_config.json", "config.json"].map((file) => [file, "ok"]),
  );
});

it("has nothing to verify a folder by", async () => {
  await expect(storeWith().verify(folder, signal)).rejects.toMatchObject({ kind: "unsupported" });
});

describe("a published baseline", () => {
  /** The network, with the baselines' server answering `contents`. */
  const answering = (contents: string | number): NetworkDeps => ({
    ...network,
    fetch: async (input, init) => {
      const url = String(input);
      if (!url.startsWith("https://raw.githubusercontent.com/")) return fetch(input, init);
      return typeof contents === "number" ? new Response(null, { status: contents }) : new Response(contents);
    },
  });

  it("that arrives changed isn't kept, and the model is pulled all the same", async () => {
    await host("FacebookAI/roberta-large", "bert");
    const store = storeWith({ network: answering("LAYER,P,R,F\n17,0.1,0.1,0.1\n") });
    const pulled = await store.pull("roberta-large", {}, signal);
    expect(pulled.baseline).toEqual({ unavailable: expect.stringContaining("isn't the one that was promised") });
    await expect(store.baselinePath("roberta-large")).rejects.toMatchObject({
      kind: "missing-file",
      hint: "fetch it with: quantgate models pull roberta-large",
    });
  });

  it("that can't be had is reported", async () => {
    await host("FacebookAI/roberta-large", "bert");
    const pulled = await storeWith({ network: answering(404) }).pull("roberta-large", {}, signal);
    expect(pulled.baseline).toEqual({ unavailable: expect.stringContaining("answers 404") });
  });

  it("is fetched with its model, once", async () => {
    await host("FacebookAI/roberta-large", "bert");
    const contents = "LAYER,P,R,F\n17,0.8,0.8,0.8\n";
    const sha256 = createHash("sha256").update(contents).digest("hex");
    const baseline = { url: "https://raw.githubusercontent.com/somebody/roberta-large.tsv", sha256 };
    const store = storeWith({ network: answering(contents), publishedBaseline: () => baseline });
    const pulled = await store.pull("roberta-large", {}, signal);
    const path = await store.baselinePath("roberta-large");
    expect(pulled.baseline).toEqual({ path });
    expect(readFileSync(path, "utf8")).toBe(contents);
    const later = storeWith({ offline: true, publishedBaseline: () => baseline });
    expect((await later.pull("roberta-large", {}, signal)).baseline).toEqual({ path });
  });

  it("doesn't exist for every model", async () => {
    await expect(storeWith().baselinePath("all-mpnet-base-v2")).rejects.toMatchObject({
      hint: expect.stringContaining("none is published"),
    });
  });
});

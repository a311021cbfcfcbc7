import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { EncoderModel } from "../../../src/onnx/encoder-model.ts";
import { EmbeddingCache } from "../../../src/onnx/engine/embedding-cache.ts";
import { EmbeddingEngine } from "../../../src/onnx/engine/engine.ts";
import type { EngineOptions } from "../../../src/onnx/engine/settings.ts";
import { exportedModel, textOf } from "../exports/exported-model.ts";
import { EXPECTED, expectedHidden } from "../exports/exports.ts";
import { greatestDifference } from "../greatest-difference.ts";
import { demoModel } from "./demo-model.ts";
import { someEmbedding } from "./embeddings.ts";
import { GOLDEN } from "./golden.ts";

const { signal } = new AbortController();
const TEXTS = GOLDEN.texts.map(({ text }) => text);
/** Texts of few and many lengths: some share a batch, some run alone. */
const MANY = Array.from({ length: 28 }, (_, index) =>
  Array.from({ length: 1 + (index % 7) }, (_, word) => TEXTS[(index + word) % TEXTS.length]).join(" "),
);

let folder: string;
let model: EncoderModel;
const engines: EmbeddingEngine[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "quantgate-engine-"));
  model = await demoModel(folder);
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

function engineWith(options: EngineOptions = {}): EmbeddingEngine {
  const engine = new EmbeddingEngine({ workers: 2, threadsPerWorker: 1, ...options });
  engines.push(engine);
  return engine;
}

/** One engine for all tests of a block. */
function sharedEngine(): EmbeddingEngine {
  const engine = new EmbeddingEngine({ workers: 1, threadsPerWorker: 1 });
  afterAll(() => engine.close());
  return engine;
}

async function vectorsOf(texts: readonly string[], options: EngineOptions = {}, layer = 3): Promise<Float32Array[]> {
  const engine = engineWith(options);
  const encoder = await engine.open({ model, head: { kind: "tokens", layer } }, signal);
  return (await engine.embed(encoder, texts, { signal })).map(({ vectors }) => vectors.values);
}

describe("embeddings of the demo encoder", () => {
  const engine = sharedEngine();

  // Expected numbers: PyTorch, test/golden/demo-encoder.json
  it.each([0, 1, 2, 3])("hold PyTorch's hidden states of layer %i", async (layer) => {
    const encoder = await engine.open({ model, head: { kind: "tokens", layer } }, signal);
    const embeddings = await engine.embed(encoder, TEXTS, { signal });
    for (const [index, { ids, vectors }] of embeddings.entries()) {
      const golden = GOLDEN.texts[index];
      const hidden = golden?.hidden.find((state) => state.layer === layer);
      if (golden === undefined || hidden === undefined) throw new Error("no golden numbers");
      expect(Array.from(ids)).toEqual(golden.ids);
      expect([vectors.rows, vectors.width]).toEqual([golden.ids.length, 128]);
      const lastRow = vectors.values.subarray((vectors.rows - 1) * vectors.width);
      expect(greatestDifference(vectors.values.subarray(0, 8), hidden.first)).toBeLessThan(1e-5);
      expect(greatestDifference(lastRow.subarray(0, 8), hidden.last)).toBeLessThan(1e-5);
      expect(Math.abs(Math.hypot(...vectors.values) - hidden.norm)).toBeLessThan(1e-4);
    }
  });

  it("hold PyTorch's sentence embeddings", async () => {
    const encoder = await engine.open({ model, head: { kind: "sentence" } }, signal);
    const embeddings = await engine.embed(encoder, TEXTS, { signal });
    for (const [index, { vectors }] of embeddings.entries()) {
      expect(vectors.rows).toBe(1);
      expect(greatestDifference(vectors.values, GOLDEN.texts[index]?.embedding ?? [])).toBeLessThan(1e-5);
    }
  });
});

describe.each(["bert", "bert-dynamo", "bert-external", "bert-words", "roberta", "mpnet", "distilbert", "deberta"])(
  "embeddings of an exported %s",
  (name) => {
    const engine = sharedEngine();

    it.each([1, 2])("hold PyTorch's hidden states of layer %i", async (layer) => {
      const encoder = await engine.open(
        { model: await exportedModel(name, folder), head: { kind: "tokens", layer } },
        signal,
      );
      const embeddings = await engine.embed(encoder, EXPECTED.ids.map(textOf), { signal });
      for (const [text, { ids, vectors }] of embeddings.entries()) {
        expect(Array.from(ids)).toEqual(EXPECTED.ids[text]);
        const expected = expectedHidden(name === "bert-external" ? "bert" : name, text, layer);
        expect(greatestDifference(vectors.values, expected)).toBeLessThan(1e-5);
      }
    });
  },
);

describe("a text's numbers", () => {
  it("are the same bits alone, in a batch, in any order, with any threads and batch size", async () => {
    const engine = engineWith({ workers: 1 });
    const encoder = await engine.open({ model, head: { kind: "tokens", layer: 3 } }, signal);
    const alone: Float32Array[] = [];
    for (const text of MANY.slice(0, 14))
      for (const { vectors } of await engine.embed(encoder, [text], { signal })) alone.push(vectors.values);
    const plans: EngineOptions[] = [
      { workers: 1, threadsPerWorker: 1 },
      { workers: 2, threadsPerWorker: 1 },
      { workers: 1, threadsPerWorker: 2 },
      { workers: 1, tokenSlots: 64 },
      { workers: 1, tokenSlots: 4096 },
    ];
    for (const plan of plans) {
      expect((await vectorsOf(MANY, plan)).slice(0, alone.length)).toEqual(alone);
      expect((await vectorsOf(MANY.toReversed(), plan)).toReversed().slice(0, alone.length)).toEqual(alone);
    }
  });

  it("don't depend on the neighbours where dynamic quantization would let them", async () => {
    const int8 = await exportedModel("bert-int8", folder);
    expect(int8.batchable).toBe(false);
    const words = ["t5 t9 t33", "t17 t40 t8", "t20 t21 t22", "t44 t45 t46"];
    const run = async (texts: readonly string[]) => {
      const engine = engineWith({ workers: 1 });
      const encoder = await engine.open({ model: int8, head: { kind: "tokens", layer: 1 } }, signal);
      return (await engine.embed(encoder, texts, { signal })).map(({ vectors }) => vectors.values);
    };
    const alone = (await Promise.all(words.map((text) => run([text])))).flat();
    expect(await run(words)).toEqual(alone);
  });
});

describe("the queue", () => {
  it("embeds equal texts once, whoever asks", async () => {
    const engine = engineWith();
    const encoder = await engine.open({ model, head: { kind: "sentence" } }, signal);
    const [first, second] = await Promise.all([
      engine.embed(encoder, ["a film", "a film", "a meal"], { signal }),
      engine.embed(encoder, ["a meal", "a film"], { signal }),
    ]);
    expect(first[1]?.vectors.values).toBe(first[0]?.vectors.values);
    expect(second[1]?.vectors.values).toBe(first[0]?.vectors.values);
    expect(second[0]?.vectors.values).toBe(first[2]?.vectors.values);
    const again = await engine.embed(encoder, ["a film"], { signal });
    expect(again[0]?.vectors.values).toBe(first[0]?.vectors.values);
  });

  it("says which texts were cut off", async () => {
    const engine = engineWith();
    const encoder = await engine.open({ model, head: { kind: "sentence" } }, signal);
    const embeddings = await engine.embed(encoder, ["word ".repeat(5000), "word"], { signal });
    expect(embeddings.map(({ ids, truncated }) => [ids.length, ids.at(-1), truncated])).toEqual([
      [512, 3, true],
      [expect.any(Number), 3, false],
    ]);
  });

  it("answers an empty request", async () => {
    const engine = engineWith();
    const encoder = await engine.open({ model, head: { kind: "sentence" } }, signal);
    expect(await engine.embed(encoder, [], { signal })).toEqual([]);
    expect(await engine.match([], signal)).toEqual([]);
    expect(await engine.tokenize(encoder, [], signal)).toEqual([]);
  });
});

describe("interruption", () => {
  it("ends a request at once, and leaves the engine and other requests alone", async () => {
    const engine = engineWith({ workers: 1 });
    const encoder = await engine.open({ model, head: { kind: "tokens", layer: 3 } }, signal);
    const stop = new AbortController();
    const many = Array.from({ length: 3000 }, (_, index) => `${MANY[index % MANY.length]} ${index}`);
    const doomed = engine.embed(encoder, many, { signal: stop.signal });
    const other = engine.embed(encoder, many.slice(0, 5), { signal });
    stop.abort();
    await expect(doomed).rejects.toThrow("interrupted");
    expect(await other).toHaveLength(5);
    expect(await engine.embed(encoder, ["afterwards"], { signal })).toHaveLength(1);
    await expect(engine.embed(encoder, ["too late"], { signal: stop.signal })).rejects.toThrow("interrupted");
  });

  it("closes with work waiting, which is rejected", async () => {
    const engine = engineWith({ workers: 1 });
    const encoder = await engine.open({ model, head: { kind: "tokens", layer: 3 } }, signal);
    const waiting = engine.embed(encoder, MANY, { signal });
    const rejected = expect(waiting).rejects.toMatchObject({ kind: "engine-closed" });
    await engine.close();
    await rejected;
    await engine.close();
    await expect(engine.embed(encoder, ["more"], { signal })).rejects.toMatchObject({ kind: "engine-closed" });
    await expect(engine.match([], signal)).resolves.toEqual([]);
    await expect(engine.open({ model, head: { kind: "sentence" } }, signal)).rejects.toMatchObject({
      kind: "engine-closed",
    });
  });
});

describe("the cache on disk", () => {
  const cached = (path: string) =>
    readdirSync(join(path, "embeddings"), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

  it("keeps what is worth keeping, and no more", async () => {
    const cacheFolder = join(folder, "cache-keep");
    const engine = engineWith({ cacheFolder });
    const encoder = await engine.open({ model, head: { kind: "sentence" } }, signal);
    await engine.embed(encoder, ["reference one", "reference two"], { signal, keep: true });
    await engine.embed(encoder, ["candidate"], { signal });
    expect(cached(cacheFolder)).toHaveLength(2);
  });

  it("spares the next run the work", async () => {
    const cacheFolder = join(folder, "cache-reuse");
    const engine = engineWith({ cacheFolder });
    const encoder = await engine.open({ model, head: { kind: "sentence" } }, signal);
    const [computed] = await engine.embed(encoder, ["a reference"], { signal, keep: true });
    const [entry] = cached(cacheFolder);
    if (entry === undefined || computed === undefined) throw new Error("nothing was cached");
    // A number that no model would compute shows where the next run's embedding comes from.
    const stored = someEmbedding(1, 7);
    const store = new EmbeddingCache({ folder: join(cacheFolder, "embeddings"), capacityBytes: 2 ** 20 });
    await store.put(encoder.spec.key, entry.name, stored);
    const next = engineWith({ cacheFolder });
    const same = await next.open({ model, head: { kind: "sentence" } }, signal);
    expect(await next.embed(same, ["a reference"], { signal })).toEqual([stored]);
  });

  it("is another for another layer, limit or weights", async () => {
    const engine = engineWith();
    const keys = new Set<string>();
    for (const head of [{ kind: "sentence" }, { kind: "tokens", layer: 3 }, { kind: "tokens", layer: 2 }] as const)
      keys.add((await engine.open({ model, head }, signal)).spec.key);
    for (const changed of [{ sentenceMaxTokens: 100 }, { tokenizerDigest: "another" }] as const)
      keys.add((await engine.open({ model: { ...model, ...changed }, head: { kind: "sentence" } }, signal)).spec.key);
    expect(keys.size).toBe(5);
  });
});

describe("what can be wrong", () => {
  const opened = (changes: Partial<EncoderModel>, options: EngineOptions = {}) =>
    engineWith(options).open({ model: { ...model, ...changes }, head: { kind: "sentence" } }, signal);

  it("names the providers there are, when the wanted one isn't among them", async () => {
    await expect(opened({}, { provider: "dml" })).rejects.toMatchObject({
      kind: "provider-unavailable",
      hint: expect.stringContaining("cpu"),
    });
  });

  it("refuses a file that is no model, with the file's name", async () => {
    const onnxFile = model.tokenizerFile;
    await expect(opened({ onnxFile })).rejects.toMatchObject({
      kind: "bad-file",
      message: expect.stringContaining(onnxFile),
    });
  });

  it("refuses a tokenizer that is none", async () => {
    await expect(opened({ tokenizerFile: model.onnxFile })).rejects.toMatchObject({ kind: "bad-file" });
  });

  it("lists the outputs when the configured one doesn't exist", async () => {
    await expect(opened({ output: "nothing" })).rejects.toMatchObject({
      kind: "unsupported",
      message: expect.stringContaining("last_hidden_state"),
    });
  });

  it("knows the model's layers", async () => {
    const request = { model, head: { kind: "tokens", layer: 4 } } as const;
    await expect(engineWith().open(request, signal)).rejects.toMatchObject({ kind: "layer-not-found" });
  });
});

import { copyFile, readFile, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openLlamaCpp } from "../../../src/backend/llama-cpp/open.ts";
import { InterruptedError, RunError } from "../../../src/domain/errors.ts";
import { temporaryFolder } from "../../support/cli.ts";
import { ggufFile } from "../../support/gguf.ts";
import { demoModel } from "../../support/small-spec.ts";
import { ask, CONFIG, demoBackend, running } from "./demo-backend.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

describe("what is known of an opened model", () => {
  const backend = demoBackend({ contextSize: 192, batchSize: 64, threads: 2, concurrency: 3 }, "Q4_K_M");

  it("is its metadata from the GGUF header", async () => {
    expect(backend().identity.metadata).toEqual({
      architecture: "llama",
      parameters: 2_623_744,
      layers: 4,
      heads: 4,
      keyValueHeads: 2,
      contextLength: 128,
      embeddingLength: 256,
      vocabularySize: 1024,
      fileBytes: (await stat(demoModel("Q4_K_M"))).size,
      bitsPerWeight: expect.any(Number),
      quantization: "Q4_K_M",
      mainTensorType: "Q4_K",
    });
  });

  it("is the digest of its weights", async () => {
    const manifest = JSON.parse(await readFile(join(ROOT, "models", "demo", "manifest.json"), "utf8"));
    const { files } = manifest as { files: readonly { file: string; sha256: string }[] };
    const recorded = files.find(({ file }) => file === "demo-Q4_K_M.gguf")?.sha256;
    expect(backend().identity.weightsDigest).toBe(`sha256:${recorded}`);
  });

  it("is everything that can move its numbers", () => {
    expect(backend().identity.build).toMatch(/^llama\.cpp \S+ by node-llama-cpp \d+\.\d+\.\d+$/);
    expect(backend().identity.settings).toEqual({
      file: "demo-Q4_K_M.gguf",
      contextSize: 192,
      batchSize: 64,
      threads: 2,
      flashAttention: false,
      kvCacheType: "F16",
      chatTemplate: "none (raw prompts)",
      system: expect.stringMatching(/^CPU/),
    });
    expect(backend()).toMatchObject({
      concurrency: 3,
      capabilities: { text: true, letters: "full", continuations: true, seed: true },
    });
  });

  it("has fewer bits per weight the smaller the file", async () => {
    const bits: number[] = [];
    for (const quantization of ["F16", "Q8_0", "Q2_K"]) {
      const opened = await openLlamaCpp(demoModel(quantization), CONFIG, running);
      bits.push(opened.identity.metadata.bitsPerWeight ?? Number.NaN);
      await opened.close();
    }
    expect(bits[0]).toBeCloseTo(16, 1);
    expect(bits[1]).toBeCloseTo(8.5, 1);
    expect(bits[2]).toBeLessThan(6);
    expect(bits[2]).toBeGreaterThan(2.5);
  });
});

describe("a file that llama.cpp can't load", () => {
  async function opening(path: string): Promise<unknown> {
    return openLlamaCpp(path, CONFIG, running).then(
      async (backend) => {
        await backend.close();
        return "it opened";
      },
      (error: unknown) => error,
    );
  }

  it.each([0.999, 0.5, 0.01])("because it was cut at %d of its length is a RunError", async (share) => {
    const path = join(await temporaryFolder(), "cut.gguf");
    await copyFile(demoModel("Q8_0"), path);
    await truncate(path, Math.floor((await stat(path)).size * share));
    const error = await opening(path);
    expect(error).toBeInstanceOf(RunError);
    // Told before llama.cpp is asked, which would say which tensor it misses and no more.
    expect((error as RunError).message).toContain(`${path} was cut short: its `);
    expect((error as RunError).hint).toContain("fetch cut.gguf again");
  });

  it("because llama.cpp doesn't know what is in it is a RunError with llama.cpp's own words", async () => {
    const path = join(await temporaryFolder(), "odd.gguf");
    await writeFile(path, ggufFile({ values: { "general.architecture": "nothing" } }));
    const error = await opening(path);
    expect(error).toBeInstanceOf(RunError);
    expect((error as RunError).message).toContain(`${path}: llama.cpp can't load it: `);
    expect((error as RunError).message).toMatch(/architecture|tensor/);
    expect((error as RunError).hint).toContain("is there memory");
  });

  it("because only its head is that of a GGUF file is a RunError", async () => {
    const path = join(await temporaryFolder(), "head.gguf");
    const bytes = Buffer.alloc(4096, 0xff);
    bytes.write("GGUF", "latin1");
    bytes.writeUInt32LE(3, 4);
    await writeFile(path, bytes);
    expect(await opening(path)).toBeInstanceOf(RunError);
  });

  it("leaves the way free for one that is whole", async () => {
    const path = join(await temporaryFolder(), "cut.gguf");
    await copyFile(demoModel("Q8_0"), path);
    await truncate(path, 100_000);
    await opening(path);
    const backend = await openLlamaCpp(demoModel("Q8_0"), CONFIG, running);
    expect((await backend.generate(ask("Where"), running)).tokens.completion).toBeGreaterThan(0);
    await backend.close();
  });
});

describe("being stopped while a model is opened", () => {
  it("ends the opening as the run's interruption, whatever was under way", async () => {
    await expect(openLlamaCpp(demoModel("F16"), CONFIG, AbortSignal.abort())).rejects.toThrow(InterruptedError);
    // One turn of the event loop is too few for reading and loading the file.
    const controller = new AbortController();
    const opening = openLlamaCpp(demoModel("F16"), CONFIG, controller.signal);
    setImmediate(() => controller.abort());
    await expect(opening).rejects.toThrow(InterruptedError);
  });
});

describe("opening and closing", () => {
  it("says which file is gone", async () => {
    const path = join(await temporaryFolder(), "gone.gguf");
    await expect(openLlamaCpp(path, CONFIG, running)).rejects.toThrow(`no GGUF file at ${path}`);
    await expect(openLlamaCpp(path, CONFIG, running)).rejects.toThrow(RunError);
  });

  it("gives the memory back: ten more rounds take no more than a fraction of what ten models would", async () => {
    const round = async (): Promise<void> => {
      const backend = await openLlamaCpp(demoModel("F16"), { ...CONFIG, contextSize: 4096, concurrency: 4 }, running);
      await backend.generate(ask("Where", { maxTokens: 4 }), running);
      await backend.close();
    };
    for (let warmUp = 0; warmUp < 3; warmUp += 1) await round();
    const before = process.memoryUsage.rss();
    for (let count = 0; count < 10; count += 1) await round();
    // A leak would keep at least the caches of four contexts each time: 4 × 4,096 tokens × 4 layers × 2 × 128 values of 2 bytes.
    const cachesBytes = 4 * 4096 * 4 * 2 * 128 * 2;
    expect(process.memoryUsage.rss() - before).toBeLessThan((10 * cachesBytes) / 2);
  });
});

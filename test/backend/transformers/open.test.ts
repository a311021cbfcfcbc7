import { rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Backend, BackendError } from "../../../src/backend/backend.ts";
import { openTransformers } from "../../../src/backend/transformers/open.ts";
import type { ContinuationsRequest, LettersRequest } from "../../../src/domain/answer.ts";
import { InterruptedError } from "../../../src/domain/errors.ts";
import { BackendSchema, type TransformersConfig } from "../../../src/spec/backend-schema.ts";
import { ask } from "../llama-cpp/demo-backend.ts";
import { copyOfDemo, DEMO_ONNX, openOnnx, running } from "./demo-onnx.ts";

const PROMPT = "Question: What is 7 minus 1?\nAnswer:";
const CHOICES = [" 8", " 12", " 9", " 6"];

describe("what is known of an opened ONNX model", () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openOnnx("q4", { contextSize: 100, threads: 2 });
  });
  afterAll(() => backend.close());

  it("is its metadata from config.json and the file", async () => {
    const fileBytes = (await stat(join(DEMO_ONNX, "onnx", "model_q4.onnx"))).size;
    expect(backend.identity.metadata).toEqual({
      architecture: "llama",
      // As the GGUF file of the same model counts them: test/backend/llama-cpp/open.test.ts.
      parameters: 2_623_744,
      layers: 4,
      heads: 4,
      keyValueHeads: 2,
      contextLength: 128,
      embeddingLength: 256,
      vocabularySize: 1024,
      fileBytes,
      bitsPerWeight: Math.round((fileBytes * 8000) / 2_623_744) / 1000,
      quantization: "q4",
    });
  });

  it("is everything that can move its numbers", () => {
    expect(backend.identity.build).toMatch(/^transformers\.js \d+\.\d+\.\d+ on onnxruntime-node \d+\.\d+\.\d+$/);
    expect(backend.identity.settings).toEqual({
      file: "onnx/model_q4.onnx",
      dtype: "q4",
      contextSize: 100,
      threads: 2,
      provider: "cpu",
      chatTemplate: "none (raw prompts)",
    });
    expect(backend.capabilities).toEqual({ text: true, letters: "full", continuations: true, seed: true });
  });
});

describe("the digest of an ONNX model", () => {
  const digestOf = async (folder: string, quantization: "q4" | "q8" = "q4"): Promise<string | undefined> => {
    const backend = await openOnnx(quantization, {}, folder);
    await backend.close();
    return backend.identity.weightsDigest;
  };

  it("is that of what the files hold, wherever they lie and whatever the dtype is called", async () => {
    const bundled = await digestOf(DEMO_ONNX);
    expect(bundled).toMatch(/^sha256:[0-9a-f]{64}$/);
    const copy = await copyOfDemo();
    expect(await digestOf(copy)).toBe(bundled);
    await rename(join(copy, "onnx", "model_q4.onnx"), join(copy, "onnx", "model_quantized.onnx"));
    expect(await digestOf(copy, "q8")).toBe(bundled);
  });

  it("is another for another dtype", async () => {
    expect(await digestOf(DEMO_ONNX, "q8")).not.toBe(await digestOf(DEMO_ONNX));
  });
});

describe("answers of an ONNX model", () => {
  it("score a choice as it would be written: the same whatever stands beside or after it (q8)", async () => {
    const backend = await openOnnx("q8");
    const request = (continuations: readonly string[]): ContinuationsRequest => ({
      kind: "continuations",
      prompt: PROMPT,
      continuations,
    });
    const together = await backend.generate(request(CHOICES), running);
    for (const [index, choice] of CHOICES.entries()) {
      const alone = await backend.generate(request([choice]), running);
      expect(alone.logprobs[0]).toBe(together.logprobs[index]);
    }
    const letters: LettersRequest = { kind: "letters", prompt: PROMPT, letters: CHOICES };
    const shown = await backend.generate(letters, running);
    // One token each: the same number by two ways.
    for (const [index, logprob] of shown.logprobs.entries())
      expect(logprob).toBeCloseTo(together.logprobs[index] ?? Number.NaN, 12);
    // The first token of a longer choice counts as it does alone.
    const longer = await backend.generate(request([" 6", " 6 7 8 9"]), running);
    expect(longer.logprobs[0]).toBe(together.logprobs[3]);
    await backend.close();
  });

  it("are the same bits with one thread or two, and by one copy or several", async () => {
    const [one, two] = await Promise.all([openOnnx("q8"), openOnnx("q8", { threads: 2, concurrency: 2 })]);
    const request: LettersRequest = { kind: "letters", prompt: PROMPT, letters: CHOICES };
    const right = await one.generate(request, running);
    const answers = await Promise.all([1, 2, 3].map(() => two.generate(request, running)));
    expect(two.concurrency).toBe(2);
    for (const { logprobs } of answers) expect(logprobs).toEqual(right.logprobs);
    await Promise.all([one.close(), two.close()]);
  });

  it("repeat by their seed at a temperature above 0", async () => {
    const backend = await openOnnx("q4");
    const write = async (seed: number): Promise<string> =>
      (await backend.generate(ask("Where", { temperature: 1.5, seed, maxTokens: 20 }), running)).text;
    expect(await write(1)).toBe(await write(1));
    expect(new Set([await write(1), await write(2), await write(3)]).size).toBeGreaterThan(1);
    await backend.close();
  });

  it("read what looks like a special token as text", async () => {
    const backend = await openOnnx("FP16");
    const plain = await backend.generate(ask("<|end|>", { maxTokens: 1 }), running);
    // The begin token, and more than one for the characters.
    expect(plain.tokens.prompt).toBeGreaterThan(2);
    await backend.close();
  });

  it("fit the positions that the model has, whatever contextSize says", async () => {
    const backend = await openOnnx("FP16", { contextSize: 4096 });
    const asking = backend.generate(ask("Question: ".repeat(20), { maxTokens: 120 }), running);
    await expect(asking).rejects.toBeInstanceOf(BackendError);
    await expect(asking).rejects.toMatchObject({
      kind: "context-overflow",
      message: expect.stringContaining("of 128"),
    });
    await backend.close();
  });

  it("tell a label of several tokens", async () => {
    const backend = await openOnnx("FP16");
    const asking = backend.generate({ kind: "letters", prompt: PROMPT, letters: [" A", " blorp"] }, running);
    await expect(asking).rejects.toMatchObject({ kind: "unsupported" });
    await backend.close();
  });
});

describe("opening and closing", () => {
  it("ends as the run's interruption when it is stopped", async () => {
    const config = BackendSchema.parse({ type: "transformers" }) as TransformersConfig;
    const locate = async (): Promise<never> => {
      throw new Error("not pulled");
    };
    const opening = openTransformers(DEMO_ONNX, "q4", config, locate, AbortSignal.abort());
    await expect(opening).rejects.toThrow(InterruptedError);
  });

  it("takes a pulled model by its name, and only with the files that the lock has", async () => {
    const config = BackendSchema.parse({ type: "transformers" }) as TransformersConfig;
    const open = (digests: Record<string, string>) =>
      openTransformers("owner/model", "q4", config, async () => ({ folder: DEMO_ONNX, digests }), running);
    const backend = await open({});
    await backend.close();
    await expect(open({ "onnx/model_q4.onnx": "0".repeat(64) })).rejects.toThrow(
      /model_q4\.onnx isn't the file in the lock file/,
    );
  });
});

describe("letters of an ONNX model whose thinking is opened", () => {
  const letters = { kind: "letters", prompt: PROMPT, letters: [" A", " B"] } as const;
  const refused = { kind: "unsupported", message: expect.stringContaining("thinking") };

  it("by the prompt are none", async () => {
    const backend = await openOnnx("q4");
    await expect(backend.generate({ ...letters, prompt: `${PROMPT}\n<think>\n` }, running)).rejects.toMatchObject(
      refused,
    );
    expect((await backend.generate(letters, running)).logprobs).toHaveLength(2);
    await backend.close();
  });

  it.each([
    ["<think>\n", false],
    ["<think>\n</think>\n", true],
  ])("by the chat template, ending in %j, are none (unless closed)", async (ending, reads) => {
    const folder = await copyOfDemo();
    await writeFile(join(folder, "chat_template.jinja"), `{{ messages[0]["content"] }}\n${ending}{{ "" }}`);
    const backend = await openOnnx("q4", { api: "chat" }, folder);
    const answer = backend.generate(letters, running);
    if (reads) expect((await answer).logprobs).toHaveLength(2);
    else await expect(answer).rejects.toMatchObject(refused);
    await backend.close();
  });
});

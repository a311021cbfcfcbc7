import { describe, expect, it, onTestFinished } from "vitest";
import { openServer } from "../../src/backend/registry.ts";
import { BackendSchema, type LlamaServerConfig } from "../../src/spec/backend-schema.ts";
import { testDeps } from "../support/backend-deps.ts";
import { json, scriptedServer } from "../support/scripted-server.ts";
import { transcripts } from "../support/transcripts.ts";

const shown = transcripts("llama-server");
const signal = new AbortController().signal;
const MODEL = "Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf";
const QUESTION = {
  kind: "text",
  prompt: "The capital of France is",
  maxTokens: 8,
  stop: [],
  temperature: 0,
  seed: 0,
} as const;
const LETTERS = { kind: "letters", prompt: "Q", letters: [" A", " B", " C"] } as const;
/** As its tokenizer would: "Answer:" and the letter after it. */
const TOKENS: Readonly<Record<string, readonly number[]>> = {
  "Answer:": [128000, 16533, 25],
  "Answer: A": [128000, 16533, 25, 362],
  "Answer: B": [128000, 16533, 25, 426],
  "Answer: C": [128000, 16533, 25, 356],
  "Answer: ten": [128000, 16533, 25, 1, 2],
};

async function open(reply: string, status = 200, model = MODEL, build = "") {
  const server = await scriptedServer(({ path, body }, response) => {
    if (path === "/props") json(response, shown[`props${build}`]);
    else if (path === "/v1/models") json(response, shown[`models${build}`]);
    else if (path === "/tokenize") json(response, { tokens: TOKENS[String(body.content)] });
    else json(response, shown[reply], status);
  });
  const config = BackendSchema.parse({ type: "llama-server", url: server.url }) as LlamaServerConfig;
  const backend = await openServer(model, config, signal, testDeps());
  onTestFinished(() => backend.close());
  return { backend, server };
}

describe("llama-server", () => {
  it("is known by its build, file and slots; it tells no digest", async () => {
    const { backend } = await open("text");
    expect(backend.identity).toMatchObject({
      build: "llama-server b7406-ea1f9ad4",
      settings: { model: MODEL, contextSize: 1024, slots: 1 },
      metadata: { quantization: "Q4_K_M", parameters: 8030261312, bitsPerWeight: 4.894, contextLength: 131072 },
    });
    expect(backend.identity.weightsDigest).toBeUndefined();
    expect(backend.concurrency).toBe(1);
  });

  it("that serves another file is not the variant", async () => {
    await expect(open("text", 200, "Meta-Llama-3.1-8B-Instruct-Q8_0.gguf")).rejects.toMatchObject({
      kind: "model-missing",
    });
  });

  it.each(["demo-a", "demo-b", "demo-Q8_0.gguf"])(
    "is known by any of its names, and its quantization by the file: %s",
    async (name) => {
      const { backend } = await open("text", 200, name, " of b11669");
      expect(backend.identity).toMatchObject({
        build: "llama-server b11669-Debian",
        metadata: { quantization: "Q4_K_M" },
      });
    },
  );

  it("is asked without its prompt cache, samplers and penalties", async () => {
    const { backend, server } = await open("text");
    expect(await backend.generate(QUESTION, signal)).toMatchObject({
      text: " Paris",
      finish: "end",
      tokens: { prompt: 6, completion: 2 },
      timings: { promptMs: 12.5, decodeMs: 40.25 },
    });
    expect(server.seen.at(-1)?.body).toMatchObject({
      n_predict: 8,
      temperature: 0,
      cache_prompt: false,
      samplers: ["temperature"],
      repeat_penalty: 1,
    });
  });

  it("shows letters by token id, before sampling, and asks for each letter's id once", async () => {
    const { backend, server } = await open("letters");
    for (let time = 0; time < 3; time += 1)
      expect((await backend.generate(LETTERS, signal)).logprobs).toEqual([-3, -0.25, "not-shown"]);
    expect(server.seen.filter(({ path }) => path === "/tokenize")).toHaveLength(6);
    expect(server.seen.at(-1)?.body).toMatchObject({ n_predict: 1, n_probs: 40, post_sampling_probs: false });
  });

  it("of an old build shows letters by text, as probabilities", async () => {
    const { backend } = await open("letters of an old build");
    expect((await backend.generate(LETTERS, signal)).logprobs).toEqual([Math.log(0.125), Math.log(0.75), "not-shown"]);
  });

  it("has no next-token probability for a label of two tokens", async () => {
    const { backend } = await open("letters");
    await expect(backend.generate({ ...LETTERS, letters: [" ten"] }, signal)).rejects.toMatchObject({
      kind: "unsupported",
    });
  });

  it("that cuts the context, or refuses to, is an overflow", async () => {
    await expect((await open("truncated")).backend.generate(QUESTION, signal)).rejects.toMatchObject({
      kind: "context-overflow",
    });
    await expect((await open("overflow", 400)).backend.generate(QUESTION, signal)).rejects.toMatchObject({
      kind: "context-overflow",
    });
  });

  it("whose slots together need more context than they share throttles, and the item is not at fault", async () => {
    await expect((await open("crowded", 500)).backend.generate(QUESTION, signal)).rejects.toMatchObject({
      kind: "overloaded",
      retryable: true,
      hint: expect.stringContaining("--ctx-size"),
    });
    await expect((await open("overflow of b11669", 400)).backend.generate(QUESTION, signal)).rejects.toMatchObject({
      kind: "context-overflow",
      retryable: false,
    });
  });

  it("that is loading its model will heal", async () => {
    const { backend } = await open("loading", 503);
    await expect(backend.generate(QUESTION, signal)).rejects.toMatchObject({ kind: "overloaded", retryable: true });
  });
});

describe("letters that are not among the first tokens shown", () => {
  /** A vocabulary in order of likelihood, with the letters far down. */
  const vocabulary = (places: readonly number[]) =>
    Array.from({ length: 1500 }, (_, place) => {
      const letter = places.indexOf(place);
      return { id: [362, 426, 356][letter] ?? 5000 + place, token: `t${place}`, logprob: (-100 - place) / 100 };
    });
  const asking = async (places: readonly number[], config: object = {}) => {
    const server = await scriptedServer(({ path, body }, response) => {
      if (path === "/props") json(response, shown.props);
      else if (path === "/v1/models") json(response, shown.models);
      else if (path === "/tokenize") json(response, { tokens: TOKENS[String(body.content)] });
      else
        json(response, {
          content: "t0",
          tokens_evaluated: 9,
          tokens_predicted: 1,
          completion_probabilities: [{ top_logprobs: vocabulary(places).slice(0, Number(body.n_probs)) }],
        });
    });
    const parsed = BackendSchema.parse({ type: "llama-server", url: server.url, ...config }) as LlamaServerConfig;
    const backend = await openServer(MODEL, parsed, signal, testDeps());
    onTestFinished(() => backend.close());
    const { logprobs } = await backend.generate(LETTERS, signal);
    const asked = server.seen.filter(({ path }) => path === "/completion").map(({ body }) => body.n_probs);
    return { logprobs, asked };
  };

  it("are asked for again, among many more", async () => {
    expect(await asking([3, 40, 999])).toEqual({ logprobs: [-1.03, -1.4, -10.99], asked: [40, 1000] });
  });

  it("are not asked for again where all are shown", async () => {
    expect(await asking([3, 4, 39])).toEqual({ logprobs: [-1.03, -1.04, -1.39], asked: [40] });
  });

  it("stay unshown below that", async () => {
    expect(await asking([3, 40, 1000])).toEqual({ logprobs: [-1.03, -1.4, "not-shown"], asked: [40, 1000] });
  });

  it("are among as many as the config asks for, when that is the most", async () => {
    expect(await asking([3, 40, 1000], { topLogprobs: 1000 })).toMatchObject({ asked: [1000] });
  });
});

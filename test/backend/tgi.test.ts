import { describe, expect, it, onTestFinished } from "vitest";
import { openServer } from "../../src/backend/registry.ts";
import { BackendSchema, type TgiConfig } from "../../src/spec/backend-schema.ts";
import { testDeps } from "../support/backend-deps.ts";
import { json, scriptedServer } from "../support/scripted-server.ts";
import { transcripts } from "../support/transcripts.ts";

const shown = transcripts("tgi");
const signal = new AbortController().signal;
const QUESTION = {
  kind: "text",
  prompt: "The capital is",
  maxTokens: 8,
  stop: ["\n\nQ:"],
  temperature: 0,
  seed: 0,
} as const;
const TOKENS: Readonly<Record<string, readonly number[]>> = {
  "The capital is": [1, 450, 7483, 338],
  "Answer:": [1, 673, 29901],
  "Answer: A": [1, 673, 29901, 319],
  "Answer: B": [1, 673, 29901, 350],
  "Answer: C": [1, 673, 29901, 315],
};

async function open(reply: string, status = 200, headers = shown.headers as Record<string, string>) {
  const server = await scriptedServer(({ path, body }, response) => {
    if (path === "/info") json(response, shown.info);
    else if (path === "/tokenize")
      json(
        response,
        TOKENS[String(body.inputs)]?.map((id) => ({ id, text: "", start: 0, stop: 0 })),
      );
    else json(response, shown[reply], status, headers);
  });
  const config = BackendSchema.parse({ type: "tgi", url: server.url }) as TgiConfig;
  const backend = await openServer("bigscience/bloom-560m", config, signal, testDeps());
  onTestFinished(() => backend.close());
  return { backend, server };
}

describe("TGI", () => {
  it("is known by its model's revision and its version", async () => {
    const { backend } = await open("letters");
    expect(backend.identity).toMatchObject({
      weightsDigest: "git:e985a63cdc139290c5f700ff1929f0b5942cced2",
      build: "text-generation-inference 3.3.6",
      settings: { contextSize: 2048 },
    });
  });

  it("is asked to decode greedily without a temperature, and its stop sequence is taken off", async () => {
    const { backend, server } = await open("text with its stop sequence");
    expect(await backend.generate(QUESTION, signal)).toMatchObject({
      text: " Paris.",
      finish: "stop",
      tokens: { prompt: 6, completion: 3 },
      timings: { queueMs: 4 },
    });
    const parameters = server.seen.at(-1)?.body.parameters;
    expect(parameters).toMatchObject({ do_sample: false, max_new_tokens: 8, stop: ["\n\nQ:"], details: true });
    expect(parameters).not.toHaveProperty("temperature");
  });

  it("shows letters by id, where two tokens look the same", async () => {
    const { backend, server } = await open("letters");
    const answer = await backend.generate({ kind: "letters", prompt: "Q", letters: [" A", " B", " C"] }, signal);
    expect(answer.logprobs).toEqual([-3, -0.25, "not-shown"]);
    expect(server.seen.at(-1)?.body.parameters).toMatchObject({ top_n_tokens: 5, max_new_tokens: 1 });
  });

  it("scores a continuation from the tokens after the prompt's", async () => {
    const { backend } = await open("prefill");
    const answer = await backend.generate(
      { kind: "continuations", prompt: "The capital is", continuations: [" Paris"] },
      signal,
    );
    expect(answer).toMatchObject({ logprobs: [-0.75], tokens: { prompt: 4, completion: 2 } });
  });

  it("without prefill log-probabilities, or echoing something else, scores nothing", async () => {
    const request = { kind: "continuations", prompt: "The capital is", continuations: [" Paris"] } as const;
    const off = await open("prefill off");
    await expect(off.backend.generate(request, signal)).rejects.toMatchObject({
      kind: "unsupported",
      hint: expect.stringContaining("--enable-prefill-logprobs"),
    });
    const other = await open("prefill");
    await expect(other.backend.generate({ ...request, continuations: [" Rome"] }, signal)).rejects.toMatchObject({
      kind: "unsupported",
    });
  });

  it("behind a proxy that drops its headers says so", async () => {
    const { backend } = await open("letters", 200, {});
    await expect(backend.generate({ ...QUESTION }, signal)).rejects.toMatchObject({
      kind: "bad-response",
      hint: expect.stringContaining("proxy"),
    });
  });

  it("overloaded or failing in a generation will heal; a refused parameter won't", async () => {
    await expect((await open("overloaded", 429)).backend.generate(QUESTION, signal)).rejects.toMatchObject({
      kind: "overloaded",
      retryable: true,
    });
    await expect((await open("generation failed", 424)).backend.generate(QUESTION, signal)).rejects.toMatchObject({
      kind: "server-error",
      retryable: true,
    });
    await expect((await open("temperature", 422)).backend.generate(QUESTION, signal)).rejects.toMatchObject({
      kind: "rejected",
      retryable: false,
    });
  });
});

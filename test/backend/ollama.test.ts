import { describe, expect, it, onTestFinished } from "vitest";
import { openServer } from "../../src/backend/registry.ts";
import { BackendSchema, type OllamaConfig } from "../../src/spec/backend-schema.ts";
import { testDeps } from "../support/backend-deps.ts";
import { documents, scriptedServer } from "../support/scripted-server.ts";
import { transcripts } from "../support/transcripts.ts";

const shown = transcripts("ollama");
const signal = new AbortController().signal;
const QUESTION = { kind: "text", prompt: "Why?", maxTokens: 120, stop: ["Z"], temperature: 0, seed: 7 } as const;

async function open(reply: string, config: object = {}) {
  const server = await scriptedServer(
    documents({
      "/api/version": shown.version,
      "/api/tags": shown.tags,
      "/api/show": shown.show,
      "/api/generate": shown[reply],
    }),
  );
  const parsed = BackendSchema.parse({ type: "ollama", url: `${server.url}/`, ...config }) as OllamaConfig;
  const backend = await openServer("llama3.2", parsed, signal, testDeps());
  onTestFinished(() => backend.close());
  return { backend, server, sent: () => server.seen.at(-1)?.body };
}

describe("Ollama", () => {
  it("is known by the digest of the weights, not of the tag, and by what /api/show tells", async () => {
    const { backend } = await open("text");
    expect(backend.identity).toMatchObject({
      weightsDigest: "sha256:200765e1283640ffbd013184bf496e261032fa75b99498a9613be4e94d63ad52",
      build: "ollama 0.5.1",
      settings: { model: "llama3.2:latest", api: "completions", chatTemplate: "none (raw prompts)", contextSize: 4096 },
      metadata: {
        quantization: "Q4_K_M",
        parameters: 3212749888,
        layers: 28,
        contextLength: 131072,
        architecture: "llama",
      },
    });
    expect(backend.capabilities).toMatchObject({ letters: { topK: 20 }, continuations: false });
  });

  it("is asked for greedy decoding without penalties, and to refuse rather than cut a prompt", async () => {
    const { backend, sent } = await open("text");
    const answer = await backend.generate(QUESTION, signal);
    expect(sent()).toMatchObject({
      model: "llama3.2",
      prompt: "Why?",
      raw: true,
      stream: false,
      truncate: false,
      shift: false,
      options: { temperature: 0, seed: 7, num_predict: 120, num_ctx: 4096, repeat_penalty: 1, stop: ["Z"] },
    });
    expect(answer).toMatchObject({
      text: " The sky appears blue because of a phenomenon called Rayleigh scattering.",
      finish: "end",
      tokens: { prompt: 14, completion: 110 },
      timings: { loadMs: 6589.624375, promptMs: 119.039, decodeMs: 1779.061 },
    });
  });

  it("leaves zeros out, which are zeros", async () => {
    const { backend } = await open("zeros left out");
    expect(await backend.generate(QUESTION, signal)).toMatchObject({
      text: "",
      finish: "length",
      tokens: { prompt: 0, completion: 0 },
      timings: { loadMs: 0 },
    });
  });

  it("keeps thinking apart, in a field of its own or in the text", async () => {
    expect(await (await open("thinking")).backend.generate(QUESTION, signal)).toMatchObject({
      text: "4",
      reasoning: "Two and two.",
      finish: "end",
    });
    expect(await (await open("thinking in the text, cut")).backend.generate(QUESTION, signal)).toMatchObject({
      text: "",
      reasoning: "Two and two, let me",
      finish: "length",
    });
  });

  it("shows letters with their leading space; one that it does not show is not guessed", async () => {
    const { backend, sent } = await open("letters");
    const letters = [" A", " B", " C", " D"];
    expect((await backend.generate({ kind: "letters", prompt: "Q", letters }, signal)).logprobs).toEqual([
      -3,
      -0.25,
      "not-shown",
      -5.25,
    ]);
    expect(sent()).toMatchObject({ logprobs: true, top_logprobs: 20, options: { num_predict: 1, temperature: 0 } });
  });

  it("applies the model's template only when it is told to, and then reads letters with and without a space", async () => {
    const { backend, sent } = await open("letters", { api: "chat" });
    const answer = await backend.generate({ kind: "letters", prompt: "Q", letters: [" A", " B"] }, signal);
    expect(answer.logprobs[1]).toBeCloseTo(Math.log(Math.exp(-0.25) + Math.exp(-2.5)), 12);
    expect(sent()).toMatchObject({ raw: false });
    expect(backend.identity.settings).toMatchObject({
      protocol: "chat-first-token",
      chatTemplate: expect.stringContaining("own"),
    });
  });

  it("too old for log-probabilities says so, instead of missing letters", async () => {
    const { backend } = await open("text");
    await expect(backend.generate({ kind: "letters", prompt: "Q", letters: [" A"] }, signal)).rejects.toMatchObject({
      kind: "unsupported",
    });
  });

  it("that answers half is an error", async () => {
    const { backend } = await open("not done");
    await expect(backend.generate(QUESTION, signal)).rejects.toMatchObject({
      kind: "bad-response",
      message: expect.stringContaining("done"),
    });
  });
});

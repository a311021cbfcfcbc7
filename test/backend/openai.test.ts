import { describe, expect, it, onTestFinished } from "vitest";
import { openServer } from "../../src/backend/registry.ts";
import { BackendSchema, type OpenAiConfig } from "../../src/spec/backend-schema.ts";
import { testDeps } from "../support/backend-deps.ts";
import { json, scriptedServer } from "../support/scripted-server.ts";
import { transcripts } from "../support/transcripts.ts";

const shown = transcripts("openai");
const signal = new AbortController().signal;
const QUESTION = {
  kind: "text",
  prompt: "The capital is",
  maxTokens: 8,
  stop: ["\n"],
  temperature: 0,
  seed: 3,
} as const;
const LETTERS = { kind: "letters", prompt: "Q", letters: [" A", " B", " C"] } as const;
const CHOICES = { kind: "continuations", prompt: "The capital is", continuations: [" Paris", " Rome"] } as const;
const TOKENS: Readonly<Record<string, readonly number[]>> = {
  "Answer:": [16533, 25],
  "Answer: A": [16533, 25, 362],
  "Answer: B": [16533, 25, 426],
  "Answer: C": [16533, 25, 356],
};

type Pages = Readonly<Record<string, unknown>>;
const VLLM: Pages = { "/v1/models": shown["vllm models"], "/version": shown["vllm version"] };

async function open(pages: Pages, config: object = {}) {
  const server = await scriptedServer(({ path, body }, response) => {
    if (path === "/tokenize") json(response, { count: 1, max_model_len: 1, tokens: TOKENS[String(body.prompt)] });
    else if (!Object.hasOwn(pages, path)) json(response, { detail: "Not Found" }, 404);
    else if (body.stream === true) {
      response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
      for (const event of pages[path] as unknown[]) response.write(`data: ${JSON.stringify(event)}\n\n`);
      response.end("data: [DONE]\n\n");
    } else json(response, pages[path]);
  });
  const parsed = BackendSchema.parse({ type: "openai", url: `${server.url}/v1`, ...config }) as OpenAiConfig;
  const backend = await openServer("llama", parsed, signal, testDeps());
  onTestFinished(() => backend.close());
  return { backend, server, sent: () => server.seen.at(-1)?.body };
}

/** A server whose own endpoint fails while a proxy before it says so. */
async function openBehindProxy(config: object) {
  const server = await scriptedServer(({ path }, response) => {
    if (path === "/version") json(response, { error: "bad gateway" }, 502);
    else if (path === "/v1/models") json(response, shown["plain models"]);
    else json(response, { detail: "Not Found" }, 404);
  });
  const parsed = BackendSchema.parse({ type: "openai", url: server.url, ...config }) as OpenAiConfig;
  const opened = openServer("llama", parsed, signal, testDeps());
  opened.then((backend) => onTestFinished(() => backend.close())).catch(() => {});
  return opened;
}

const reply = (name: string, path = "/v1/completions"): Pages => ({ ...VLLM, [path]: shown[name] });

describe("which server it is", () => {
  const plain = { "/v1/models": shown["plain models"] };
  it.each([
    ["vllm", VLLM, /^vllm 0\.11\.2$/, true],
    ["sglang", { ...plain, "/get_model_info": shown["sglang model info"] }, /^sglang$/, true],
    ["llama-server", { ...plain, "/props": shown["llama-server props"] }, /^llama-server b7406/, false],
    ["openai", plain, /version not told/, true],
  ] as const)("is found by an endpoint that only it has: %s", async (dialect, pages, build, continuations) => {
    const { backend } = await open(pages);
    expect(backend.identity.settings.dialect).toBe(dialect);
    expect(backend.identity.build).toMatch(build);
    expect(backend.capabilities.continuations).toBe(continuations);
  });

  it("is not told by an endpoint that fails for the moment: one that must be there is asked again, another's may answer anything", async () => {
    await expect(openBehindProxy({ dialect: "vllm" })).rejects.toMatchObject({ kind: "server-error", retryable: true });
    expect((await openBehindProxy({})).identity.settings.dialect).toBe("openai");
  });

  it("is found though it answers 200 to everything, as LM Studio does", async () => {
    const anything = shown["lm studio anything"];
    const { backend } = await open({
      ...plain,
      "/props": anything,
      "/get_model_info": anything,
      "/version": anything,
      "/api/v0/models": shown["lm studio models"],
    });
    expect(backend.identity).toMatchObject({
      settings: { dialect: "lm-studio" },
      metadata: { quantization: "Q4_K_M", contextLength: 131072, architecture: "llama" },
    });
  });

  it("can be said in the config, and is not searched for then", async () => {
    const { backend, server } = await open(VLLM, { dialect: "vllm" });
    expect(backend.identity.build).toBe("vllm 0.11.2");
    expect(server.seen.map(({ path }) => path)).toEqual(["/v1/models", "/version"]);
    expect(backend.identity.settings).toMatchObject({ root: "meta-llama/Llama-3.2-1B", contextSize: 8192 });
  });
});

describe("llama-server's context", () => {
  const event = (text: string, finish: string | null, extra: object = {}) => ({
    choices: [{ text, index: 0, logprobs: null, finish_reason: finish }],
    ...extra,
  });
  const pages = (finish: string): Pages => ({
    "/v1/models": shown["plain models"],
    "/props": shown["llama-server props"],
    "/v1/completions": [
      event("Rom", null),
      event("", finish, { usage: { completion_tokens: 3, prompt_tokens: 125, total_tokens: 128 } }),
    ],
  });

  it("that is full before the token limit is an overflow", async () => {
    const { backend } = await open(pages("length"));
    expect(backend.identity.settings.contextSize).toBe(1024);
    await expect(backend.generate(QUESTION, signal)).rejects.toMatchObject({ kind: "context-overflow" });
    expect(await backend.generate({ ...QUESTION, maxTokens: 3 }, signal)).toMatchObject({ finish: "length" });
    expect(await (await open(pages("stop"))).backend.generate(QUESTION, signal)).toMatchObject({ finish: "end" });
  });

  it("that its slots exhaust together, told in the stream, is throttling", async () => {
    const { backend } = await open({
      ...pages("stop"),
      "/v1/completions": [{ error: { code: 500, message: "Context size has been exceeded.", type: "server_error" } }],
    });
    await expect(backend.generate(QUESTION, signal)).rejects.toMatchObject({ kind: "overloaded", retryable: true });
  });
});

describe("letters", () => {
  it("are read by token id at vLLM, whatever the tokens look like", async () => {
    const { backend, server } = await open(reply("vllm letters"));
    expect((await backend.generate(LETTERS, signal)).logprobs).toEqual([-3, -0.25, "not-shown"]);
    expect(server.seen.find(({ path }) => path === "/v1/completions")?.body).toMatchObject({
      max_tokens: 1,
      temperature: 0,
      logprobs: 20,
      return_tokens_as_token_ids: true,
      repetition_penalty: 1,
    });
  });

  it("are the first token of a chat answer, with or without a space, under a protocol of its own name", async () => {
    const { backend, sent } = await open(reply("chat letters", "/v1/chat/completions"), { api: "chat" });
    const answer = await backend.generate(LETTERS, signal);
    expect(answer.logprobs[0]).toBe(-3);
    expect(answer.logprobs[1]).toBeCloseTo(Math.log(Math.exp(-0.5) + Math.exp(-2)), 12);
    expect(answer.logprobs[2]).toBe("not-shown");
    expect(sent()).toMatchObject({ messages: [{ role: "user", content: "Q" }], logprobs: true, top_logprobs: 20 });
    expect(backend.identity.settings).toMatchObject({ api: "chat", protocol: "chat-first-token" });
    await expect(backend.generate(CHOICES, signal)).rejects.toMatchObject({ kind: "unsupported" });
  });
});

describe("continuations", () => {
  it("are summed over the echoed tokens after the prompt's, whatever the order of the choices", async () => {
    const { backend, sent } = await open(reply("vllm echo"));
    expect(await backend.generate(CHOICES, signal)).toMatchObject({
      logprobs: [-0.75, -2.5],
      tokens: { prompt: 4, completion: 3 },
    });
    expect(sent()).toMatchObject({
      prompt: ["The capital is", "The capital is Paris", "The capital is Rome"],
      echo: true,
      max_tokens: 1,
      logprobs: 1,
    });
  });

  it("of a server that ignores echo are refused, and not found equal", async () => {
    const { backend } = await open(reply("echo ignored"));
    await expect(backend.generate(CHOICES, signal)).rejects.toMatchObject({
      kind: "unsupported",
      retryable: false,
      hint: expect.stringContaining("echo"),
    });
  });

  it("of a server that echoes another text are refused", async () => {
    const { backend } = await open(reply("vllm echo"));
    const swapped = { ...CHOICES, continuations: [" Rome", " Paris"] };
    await expect(backend.generate(swapped, signal)).rejects.toMatchObject({ kind: "unsupported" });
  });
});

describe("texts", () => {
  it("are streamed: text, reason, usage, time to the first token", async () => {
    const { backend, sent } = await open(reply("vllm stream"));
    const answer = await backend.generate(QUESTION, signal);
    expect(answer).toMatchObject({ text: " Paris", finish: "stop", tokens: { prompt: 6, completion: 3 } });
    expect(answer.timings.firstTokenMs).toBeGreaterThan(0);
    expect(sent()).toMatchObject({ stream: true, stream_options: { include_usage: true }, seed: 3, stop: ["\n"] });
  });

  it("that end in an error event are an error, though the status was 200", async () => {
    const { backend } = await open(reply("error in a stream"));
    await expect(backend.generate(QUESTION, signal)).rejects.toMatchObject({ kind: "server-error", retryable: true });
  });

  it("whose whole budget went into thinking are empty and cut, with content null", async () => {
    const { backend } = await open(reply("chat with reasoning", "/v1/chat/completions"), {
      api: "chat",
      stream: false,
    });
    expect(await backend.generate(QUESTION, signal)).toMatchObject({
      text: "",
      reasoning: "Let me think about this for a long",
      finish: "length",
      tokens: { completion: 16 },
    });
  });
});

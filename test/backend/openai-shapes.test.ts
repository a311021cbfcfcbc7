import type { ServerResponse } from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { openServer } from "../../src/backend/registry.ts";
import { BackendSchema, type OpenAiConfig } from "../../src/spec/backend-schema.ts";
import { testDeps } from "../support/backend-deps.ts";
import { json, type SeenRequest, scriptedServer } from "../support/scripted-server.ts";

const signal = new AbortController().signal;
const QUESTION = { kind: "text", prompt: "Q", maxTokens: 8, stop: [], temperature: 0, seed: 3 } as const;
const LETTERS = { kind: "letters", prompt: "Q", letters: [" A", " B", " C", " D"] } as const;
const USAGE = { prompt_tokens: 20, completion_tokens: 1 };

type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** A server of the model `m` that answers questions by `answer`, and everything else with 404. */
async function open(
  answer: Answer,
  config: object = {},
  pages: Readonly<Record<string, unknown>> = { "/v1/models": { data: [{ id: "m" }] } },
) {
  const server = await scriptedServer((request, response) => {
    const path = request.path.split("?")[0] ?? "";
    if (path.endsWith("/completions")) answer(request, response);
    else if (Object.hasOwn(pages, path)) json(response, pages[path]);
    else json(response, { detail: "Not Found" }, 404);
  });
  const { url = server.url, ...rest } = config as { readonly url?: (base: string) => string };
  const parsed = BackendSchema.parse({
    type: "openai",
    api: "chat",
    ...rest,
    url: typeof url === "function" ? url(server.url) : url,
  }) as OpenAiConfig;
  const backend = await openServer("m", parsed, signal, testDeps());
  onTestFinished(() => backend.close());
  return { backend, server, sent: () => server.seen.filter(({ path }) => path.includes("/completions")) };
}

const message = (content: unknown, extra: object = {}) => ({
  choices: [{ message: { content, ...extra }, finish_reason: "stop" }],
  usage: USAGE,
});
const events = (response: ServerResponse, ...lines: readonly (object | string)[]) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.end(lines.map((line) => `data: ${typeof line === "string" ? line : JSON.stringify(line)}\n\n`).join(""));
};
const piece = (content: unknown, finish: string | null = null) => ({
  choices: [{ delta: { content }, finish_reason: finish }],
});

describe("a stream", () => {
  it("that ends after its finish_reason and usage without [DONE] is whole", async () => {
    const { backend } = await open((_, r) => events(r, piece("B"), piece(null, "stop"), { choices: [], usage: USAGE }));
    expect(await backend.generate(QUESTION, signal)).toMatchObject({
      text: "B",
      finish: "end",
      tokens: { prompt: 20 },
    });
  });

  it.each([
    ["before its finish_reason", [piece("B")]],
    ["before its usage", [piece("B"), piece(null, "stop")]],
  ])("that ends %s is cut, and may heal", async (_, pieces) => {
    const { backend } = await open((__, r) => events(r, ...pieces));
    await expect(backend.generate(QUESTION, signal)).rejects.toMatchObject({
      kind: "bad-response",
      retryable: true,
      message: expect.stringContaining("without [DONE]"),
    });
  });

  it.each([
    ["eos_token", "end"],
    ["end_turn", "end"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
  ])("may end for the reason %s: %s", async (reason, finish) => {
    const { backend } = await open((_, r) =>
      events(r, piece("B"), piece(null, reason), { choices: [], usage: USAGE }, "[DONE]"),
    );
    expect(await backend.generate(QUESTION, signal)).toMatchObject({ text: "B", finish });
  });

  it("may bring content in parts, thinking among them", async () => {
    const thinking = [{ type: "thinking", thinking: [{ type: "text", text: "hm" }] }];
    const parts = [{ type: "text", text: "B" }];
    const { backend } = await open((_, r) =>
      events(r, piece(thinking), piece(parts), piece(null, "stop"), { choices: [], usage: USAGE }, "[DONE]"),
    );
    expect(await backend.generate(QUESTION, signal)).toMatchObject({ text: "B", reasoning: "hm" });
  });
});

it("content may be a list of parts in one piece, too", async () => {
  const { backend } = await open((_, r) => json(r, message([{ type: "text", text: "B" }])), { stream: false });
  expect(await backend.generate(QUESTION, signal)).toMatchObject({ text: "B" });
});

describe("a server that refuses a part of the question is asked without it, once and for all:", () => {
  const refusing =
    (status: number, body: (name: string) => object, ...names: readonly string[]): Answer =>
    (request, response) => {
      const refused = names.find((name) => Object.hasOwn(request.body, name));
      if (refused !== undefined) json(response, body(refused), status);
      else if (request.body.stream === true)
        events(response, piece("B"), piece(null, "stop"), { choices: [], usage: USAGE }, "[DONE]");
      else json(response, message("B"));
    };
  const forbidden = (name: string) => ({
    message: { detail: [{ type: "extra_forbidden", loc: ["body", name], msg: "Extra inputs are not permitted" }] },
  });
  const renamed = () => ({
    error: {
      message:
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    },
  });

  it("max_tokens by another name", async () => {
    const { backend, sent } = await open(refusing(400, renamed, "max_tokens"));
    for (let round = 0; round < 2; round += 1)
      expect(await backend.generate(QUESTION, signal)).toMatchObject({ text: "B" });
    expect(sent().map(({ body }) => [body.max_tokens, body.max_completion_tokens])).toEqual([
      [8, undefined],
      [undefined, 8],
      [undefined, 8],
    ]);
  });

  it("seed and stream_options, and then it is not read as a stream, which would tell no tokens", async () => {
    const { backend, sent } = await open(refusing(422, forbidden, "seed", "stream_options"));
    for (let round = 0; round < 2; round += 1)
      expect(await backend.generate(QUESTION, signal)).toMatchObject({ text: "B", tokens: { prompt: 20 } });
    const last = sent().at(-1)?.body ?? {};
    expect(Object.keys(last)).not.toContain("seed");
    expect(last.stream).toBeUndefined();
  });

  it("but not without a seed where answers are sampled", async () => {
    const { backend } = await open(refusing(422, forbidden, "seed"));
    const sampled = { ...QUESTION, temperature: 0.7 };
    await expect(backend.generate(sampled, signal)).rejects.toMatchObject({ kind: "rejected" });
  });

  it("and a refusal of anything else stands", async () => {
    const { backend, sent } = await open(
      refusing(400, () => ({ error: "temperature is not supported" }), "temperature"),
    );
    await expect(backend.generate(QUESTION, signal)).rejects.toMatchObject({ kind: "rejected" });
    expect(sent()).toHaveLength(1);
  });
});

describe("a server", () => {
  const answer: Answer = (_, r) => json(r, message("B"));

  it("without a list of models is believed to have the one that is named", async () => {
    const { backend } = await open(answer, { stream: false }, {});
    expect(await backend.generate(QUESTION, signal)).toMatchObject({ text: "B" });
  });

  it("with a version of its own is not taken for vLLM", async () => {
    const pages = { "/v1/models": { data: [{ id: "m" }] }, "/version": { version: "v2.28.0" } };
    const { backend } = await open(answer, {}, pages);
    expect(backend.identity.settings.dialect).toBe("openai");
  });

  it("at a URL with a query is asked there, with the query", async () => {
    const url = (base: string) => `${base}/openai/deployments/m?api-version=2024-10-21`;
    const { backend, server } = await open(answer, { stream: false, url }, {});
    expect(await backend.generate(QUESTION, signal)).toMatchObject({ text: "B" });
    expect(server.seen.at(-1)?.path).toBe("/openai/deployments/m/chat/completions?api-version=2024-10-21");
  });

  it("whose URL holds a key in its query is refused", () => {
    const parse = (url: string) => BackendSchema.safeParse({ type: "openai", url }).success;
    expect(parse("http://x.example/v1?api-key=abc")).toBe(false);
    expect(parse("http://x.example/v1?api-version=1")).toBe(true);
  });

  it("is sent what extraBody holds, which is a setting", async () => {
    const extraBody = { reasoning_effort: "none", chat_template_kwargs: { enable_thinking: false } };
    const { backend, sent } = await open(answer, { stream: false, extraBody });
    await backend.generate(QUESTION, signal);
    expect(sent()[0]?.body).toMatchObject({ ...extraBody, temperature: 0 });
    expect(backend.identity.settings.extraBody).toBe(
      '{"chat_template_kwargs":{"enable_thinking":false},"reasoning_effort":"none"}',
    );
  });

  it("is sent nothing that QuantGate says itself", () => {
    const parse = (extraBody: object) => BackendSchema.safeParse({ type: "openai", extraBody }).success;
    expect(parse({ temperature: 1 })).toBe(false);
    expect(parse({ think: false })).toBe(true);
  });
});

describe("letters of a completion whose log-probabilities came through a gateway", () => {
  const top = [
    { token: " A", logprob: -0.75 },
    { token: " B", logprob: -1.5 },
    { token: "\n", logprob: -2.25 },
    { token: " C", logprob: -3 },
    { token: " D", logprob: -3.5 },
  ];
  const content = [{ token: " A", logprob: -0.75, top_logprobs: top }];
  const arrays = Object.fromEntries(top.map(({ token, logprob }) => [token, logprob]));
  const open1 = (logprobs: unknown) =>
    open(
      (_, r) =>
        json(r, { id: "chatcmpl-1", choices: [{ text: " A", logprobs, finish_reason: "length" }], usage: USAGE }),
      {
        api: "completions",
      },
    );

  it.each([
    ["the older fields null", { tokens: null, token_logprobs: null, top_logprobs: null, text_offset: null, content }],
    ["the older fields absent", { content }],
    ["the older fields empty", { tokens: [], token_logprobs: [], top_logprobs: [], content }],
    ["the newer field null", { tokens: [" A"], token_logprobs: [-0.75], top_logprobs: [arrays], content: null }],
    ["the newer field empty", { tokens: [" A"], token_logprobs: [-0.75], top_logprobs: [arrays], content: [] }],
    ["both filled", { tokens: [" A"], token_logprobs: [-0.75], top_logprobs: [arrays], content }],
  ])("are read with %s", async (_, logprobs) => {
    const { backend } = await open1(logprobs);
    expect((await backend.generate(LETTERS, signal)).logprobs).toEqual([-0.75, -1.5, -3, -3.5]);
  });

  it("are refused where the two forms disagree", async () => {
    const { backend } = await open1({ top_logprobs: [{ ...arrays, " B": -9 }], content });
    await expect(backend.generate(LETTERS, signal)).rejects.toThrow(/two log-probabilities of the same token/);
  });

  it.each([[null], [{ content: null, top_logprobs: null }], [{ content: [] }]])(
    "are not there: %j",
    async (logprobs) => {
      const { backend } = await open1(logprobs);
      await expect(backend.generate(LETTERS, signal)).rejects.toMatchObject({ kind: "unsupported" });
    },
  );
});

describe("letters are never read from a token of the thinking:", () => {
  const letters = (token: string) => [
    {
      token,
      logprob: -0.3,
      top_logprobs: [
        { token, logprob: -0.3 },
        { token: "A", logprob: -2.5 },
      ],
    },
  ];
  it.each([
    ["content null beside reasoning_content", "Okay", { content: null, reasoning_content: "Okay" }],
    ["content empty beside reasoning", "Okay", { content: "", reasoning: "Okay" }],
    ["a part that is thinking", "Okay", { content: [{ type: "thinking", thinking: "Okay" }] }],
    ["a mark", "<think>", { content: "<think>" }],
    ["a mark's beginning", "<thi", { content: "<thi" }],
  ])("%s", async (_, token, said) => {
    const { backend } = await open((__, r) =>
      json(r, {
        choices: [{ message: said, logprobs: { content: letters(token) }, finish_reason: "length" }],
        usage: USAGE,
      }),
    );
    await expect(backend.generate(LETTERS, signal)).rejects.toMatchObject({
      kind: "unsupported",
      message: expect.stringContaining("thinking"),
      hint: expect.stringContaining("extraBody"),
    });
  });

  it("a prompt that opens it", async () => {
    const { backend, sent } = await open((_, r) => json(r, {}), { api: "completions" });
    await expect(backend.generate({ ...LETTERS, prompt: "Q <think>" }, signal)).rejects.toMatchObject({
      kind: "unsupported",
    });
    expect(sent()).toEqual([]);
  });
});

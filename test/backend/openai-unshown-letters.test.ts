import { describe, expect, it, onTestFinished } from "vitest";
import { openServer } from "../../src/backend/registry.ts";
import { BackendSchema, type OpenAiConfig } from "../../src/spec/backend-schema.ts";
import { testDeps } from "../support/backend-deps.ts";
import { json, scriptedServer } from "../support/scripted-server.ts";
import { transcripts } from "../support/transcripts.ts";

const shown = transcripts("openai");
const signal = new AbortController().signal;
const LETTERS = { kind: "letters", prompt: "Q", letters: [" A", " B", " C", " D"] } as const;
/** Of each letter as a continuation of the prompt, as the echo tells it. */
const ECHOED: Readonly<Record<string, number>> = { " A": -3, " B": -0.25, " C": -11.5, " D": -14 };

function echoOf(text: string, index: number) {
  const letter = text.slice(1);
  const tokens = ["<s>", "Q", ...(letter === "" ? [] : [letter]), "."];
  const told = [null, -4, ...(letter === "" ? [] : [ECHOED[letter]]), -9];
  return {
    index,
    text: `${text}.`,
    logprobs: { tokens, token_logprobs: told, top_logprobs: null },
    finish_reason: "length",
  };
}

/** A vLLM that shows A and B of its likeliest tokens; `echo`: how it answers where an echo is asked for. */
async function openVllm(echo: "told" | "ignored" | "failing") {
  const server = await scriptedServer(({ path, body }, response) => {
    if (path === "/v1/models") json(response, shown["vllm models"]);
    else if (path === "/version") json(response, shown["vllm version"]);
    else if (path === "/tokenize") {
      const letter = String(body.prompt).slice("Answer:".length);
      json(response, {
        tokens: [1, 2, ...(letter === "" ? [] : [{ " A": 362, " B": 426, " C": 356, " D": 423 }[letter]])],
      });
    } else if (path !== "/v1/completions") json(response, { detail: "Not Found" }, 404);
    else if (body.echo !== true || echo === "ignored") json(response, shown["vllm letters"]);
    else if (echo === "failing") json(response, { error: { message: "out of memory" } }, 400);
    else {
      const choices = (body.prompt as string[]).map(echoOf);
      json(response, { choices, usage: { prompt_tokens: 9, completion_tokens: 3 } });
    }
  });
  const parsed = BackendSchema.parse({ type: "openai", url: server.url }) as OpenAiConfig;
  const backend = await openServer("llama", parsed, signal, testDeps());
  onTestFinished(() => backend.close());
  return { backend, asked: () => server.seen.filter(({ path }) => path === "/v1/completions").map(({ body }) => body) };
}

describe("letters that vLLM doesn't show among its likeliest tokens", () => {
  it("are scored as continuations, those alone, in one request more", async () => {
    const { backend, asked } = await openVllm("told");
    expect((await backend.generate(LETTERS, signal)).logprobs).toEqual([-3, -0.25, -11.5, -14]);
    expect(asked()).toHaveLength(2);
    expect(asked()[1]).toMatchObject({ prompt: ["Q", "Q C", "Q D"], echo: true });
  });

  it("cost nothing where all are shown", async () => {
    const { backend, asked } = await openVllm("told");
    expect((await backend.generate({ ...LETTERS, letters: [" B", " A"] }, signal)).logprobs).toEqual([-0.25, -3]);
    expect(asked()).toHaveLength(1);
  });

  it("stay unshown where a gateway ignores echo, and nothing is made up", async () => {
    const { backend } = await openVllm("ignored");
    expect((await backend.generate(LETTERS, signal)).logprobs).toEqual([-3, -0.25, "not-shown", "not-shown"]);
  });

  it("fail with the server", async () => {
    const { backend } = await openVllm("failing");
    await expect(backend.generate(LETTERS, signal)).rejects.toThrow("out of memory");
  });
});

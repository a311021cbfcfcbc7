import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Backend } from "../../src/backend/backend.ts";
import { openLlamaCpp } from "../../src/backend/llama-cpp/open.ts";
import { openServer } from "../../src/backend/registry.ts";
import {
  BackendSchema,
  type LlamaCppConfig,
  type LlamaServerConfig,
  type OllamaConfig,
  type OpenAiConfig,
  type TgiConfig,
} from "../../src/spec/backend-schema.ts";
import { testDeps } from "../support/backend-deps.ts";
import { DEMO_MODELS, type FakeServer, startFakeServer } from "../support/fake-server.ts";
import { backendContract } from "./backend.contract.ts";

const signal = new AbortController().signal;
const deps = testDeps();
const DIALECTS = ["ollama", "vllm", "tgi", "llama-server"] as const;
const servers = new Map<string, FakeServer>();

beforeAll(async () => {
  const model = join(DEMO_MODELS, "demo-Q8_0.gguf");
  for (const dialect of DIALECTS) servers.set(dialect, await startFakeServer(["--dialect", dialect, "--model", model]));
});
afterAll(async () => {
  for (const server of servers.values()) await server.kill("SIGTERM");
});

function urlOf(dialect: (typeof DIALECTS)[number]): string {
  return servers.get(dialect)?.url ?? "";
}

function embedded(model: string): Promise<Backend> {
  const config = BackendSchema.parse({ type: "llama-cpp", contextSize: 128 }) as LlamaCppConfig;
  return openLlamaCpp(join(DEMO_MODELS, `${model}.gguf`), config, signal);
}

const reference = (): Promise<Backend> => embedded("demo-Q8_0");
const missingModel = "no-such-model";

backendContract(
  { name: "llama-cpp", open: embedded, quantization: "Q8_0", tellsDigest: true, missingModel },
  reference,
);
backendContract(
  {
    name: "ollama",
    open: (model) =>
      openServer(model, BackendSchema.parse({ type: "ollama", url: urlOf("ollama") }) as OllamaConfig, signal, deps),
    quantization: "Q8_0",
    tellsDigest: true,
    missingModel,
  },
  reference,
);
for (const extra of [{}, { stream: false }, { url: "/v1/" }]) {
  backendContract(
    {
      name: `openai at vLLM ${JSON.stringify(extra)}`,
      open: (model) => {
        const url = urlOf("vllm") + (extra.url ?? "");
        return openServer(model, BackendSchema.parse({ type: "openai", ...extra, url }) as OpenAiConfig, signal, deps);
      },
      quantization: undefined,
      tellsDigest: false,
      missingModel,
    },
    reference,
  );
}
backendContract(
  {
    name: "openai at llama-server",
    open: (model) =>
      openServer(
        model,
        BackendSchema.parse({ type: "openai", url: urlOf("llama-server") }) as OpenAiConfig,
        signal,
        deps,
      ),
    quantization: "Q8_0",
    tellsDigest: false,
    missingModel,
  },
  reference,
);
backendContract(
  {
    name: "tgi",
    open: (model) =>
      openServer(model, BackendSchema.parse({ type: "tgi", url: urlOf("tgi") }) as TgiConfig, signal, deps),
    quantization: undefined,
    tellsDigest: false,
    missingModel,
  },
  reference,
);
backendContract(
  {
    name: "llama-server",
    open: (model) =>
      openServer(
        model,
        BackendSchema.parse({ type: "llama-server", url: urlOf("llama-server") }) as LlamaServerConfig,
        signal,
        deps,
      ),
    quantization: "Q8_0",
    tellsDigest: true,
    missingModel,
  },
  reference,
);

describe("backend: openai chat at vLLM, whose template adds nothing", () => {
  it.each([true, false])("writes the same text and chooses the same letters (stream: %s)", async (stream) => {
    const config = BackendSchema.parse({ type: "openai", url: urlOf("vllm"), api: "chat", stream }) as OpenAiConfig;
    const [chat, right] = await Promise.all([openServer("demo-Q8_0", config, signal, deps), reference()]);
    onTestFinished(async () => {
      await chat.close();
      await right.close();
    });
    const prompt = "Question: What is 17 minus 14?\nAnswer:";
    const text = { kind: "text", prompt, maxTokens: 12, stop: [], temperature: 0, seed: 0 } as const;
    const [mine, its] = [await chat.generate(text, signal), await right.generate(text, signal)];
    expect(mine).toMatchObject({ text: its.text, finish: its.finish });
    const letters = { kind: "letters", prompt, letters: [" 5", " 8", " 3", " 7"] } as const;
    const { logprobs } = await chat.generate(letters, signal);
    expect(logprobs[2]).toBeCloseTo(Number((await right.generate(letters, signal)).logprobs[2]), 3);
    expect(Math.max(...logprobs.filter((logprob) => logprob !== "not-shown"))).toBe(logprobs[2]);
    expect(chat.identity.settings.protocol).toBe("chat-first-token");
  });
});

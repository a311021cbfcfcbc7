import { afterAll, beforeAll } from "vitest";
import type { Backend } from "../../../src/backend/backend.ts";
import { openLlamaCpp } from "../../../src/backend/llama-cpp/open.ts";
import type { TextRequest } from "../../../src/domain/answer.ts";
import type { LlamaCppConfig } from "../../../src/spec/backend-schema.ts";
import { demoModel } from "../../support/small-spec.ts";

export const CONFIG: LlamaCppConfig = {
  type: "llama-cpp",
  contextSize: 256,
  batchSize: 256,
  threads: 1,
  concurrency: 1,
};
export const running = new AbortController().signal;

/** The demo model, opened before the tests of a file and closed after them. */
export function demoBackend(config: Partial<LlamaCppConfig> = {}, quantization = "F16"): () => Backend {
  let backend: Backend | undefined;
  beforeAll(async () => {
    backend = await openLlamaCpp(demoModel(quantization), { ...CONFIG, ...config }, running);
  });
  afterAll(() => backend?.close());
  return () => {
    if (backend === undefined) throw new Error("the backend is not open yet");
    return backend;
  };
}

export function ask(prompt: string, entries: Partial<TextRequest> = {}): TextRequest {
  return { kind: "text", prompt, maxTokens: 40, stop: [], temperature: 0, seed: 0, ...entries };
}

export const QUESTIONS = [
  "Question: What is 17 minus 14?\nAnswer:",
  "Question: What is the capital of Haiti?\nAnswer:",
  "Text: On Sunday, Olga went to the beach and bought a yellow kite.\nQuestion: Where did Olga go?\nAnswer:",
  "Where",
];

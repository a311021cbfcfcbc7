import type { OpenAiDialect } from "../../spec/backend-schema.ts";

/** What every request carries: the model, and in each dialect that nothing but the temperature touches the choice. */
export function fixedParameters(dialect: OpenAiDialect, model: string): Readonly<Record<string, unknown>> {
  const base = { model, presence_penalty: 0, frequency_penalty: 0 };
  switch (dialect) {
    case "vllm":
    case "sglang":
      // A model's own generation_config.json may hold a repetition penalty that these servers apply by default.
      return { ...base, repetition_penalty: 1 };
    case "llama-server":
      return { ...base, repeat_penalty: 1, cache_prompt: false, samplers: ["temperature"] };
    case "lm-studio":
      return { ...base, repeat_penalty: 1 };
    case "openai":
      return { model };
  }
}

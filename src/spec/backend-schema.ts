import { z } from "zod";

/** Embedded llama.cpp; a variant's `model` is a GGUF file. */
const LlamaCppSchema = z.strictObject({
  type: z.literal("llama-cpp"),
  contextSize: z.int().positive().default(2048).describe("Tokens of prompt and answer together."),
  batchSize: z
    .int()
    .positive()
    .default(512)
    .describe("Tokens evaluated at once; results move with it, so it is fixed and recorded."),
  threads: z
    .int()
    .positive()
    .default(2)
    .describe("CPU threads per context; results may move with it, so it is fixed and recorded."),
  concurrency: z
    .int()
    .positive()
    .max(64)
    .default(1)
    .describe("Contexts, each answering one item at a time with `threads` threads."),
});

/** Answers from a JSON Lines file; a variant's `model` is that file. */
const RecordedSchema = z.strictObject({
  type: z.literal("recorded"),
  concurrency: z.int().positive().max(1024).default(8),
});

export const BackendSchema = z.discriminatedUnion("type", [LlamaCppSchema, RecordedSchema]);
export type BackendConfig = z.output<typeof BackendSchema>;
export type LlamaCppConfig = z.output<typeof LlamaCppSchema>;
export type RecordedConfig = z.output<typeof RecordedSchema>;

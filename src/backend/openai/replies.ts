import { z } from "zod";
import { LogprobSchema } from "../parse-reply.ts";

export const UsageSchema = z.object({
  prompt_tokens: z.int().nonnegative(),
  completion_tokens: z.int().nonnegative().nullish(),
});
export type Usage = z.output<typeof UsageSchema>;

const ChatTokenSchema = z.object({ token: z.string(), logprob: LogprobSchema });

/** `logprobs.content` of chat answers, which llama-server sends for completions too. */
const ContentLogprobsSchema = z.object({
  content: z.array(ChatTokenSchema.extend({ top_logprobs: z.array(ChatTokenSchema).default([]) })),
});

/** The legacy form of the completions API: parallel arrays. */
const CompletionLogprobsSchema = z.object({
  tokens: z.array(z.string()),
  token_logprobs: z.array(LogprobSchema.nullable()),
  top_logprobs: z.array(z.record(z.string(), LogprobSchema).nullable()).nullish(),
});

const FinishSchema = {
  finish_reason: z.string().nullish(),
  /** vLLM: the stop string or token id that ended it, null at the model's own end. */
  stop_reason: z.union([z.string(), z.number()]).nullish(),
  /** SGLang's word for the same. */
  matched_stop: z.union([z.string(), z.number()]).nullish(),
};

/** llama-server adds these to every answer. */
const TimingsSchema = z.object({ prompt_ms: z.number(), predicted_ms: z.number() }).nullish();

export const CompletionSchema = z.object({
  choices: z.array(
    z.object({
      index: z.int().default(0),
      text: z.string(),
      logprobs: z.union([CompletionLogprobsSchema, ContentLogprobsSchema]).nullish(),
      ...FinishSchema,
    }),
  ),
  usage: UsageSchema.nullish(),
  timings: TimingsSchema,
});
export type Completion = z.output<typeof CompletionSchema>;

/** One event of a streamed text, of either API. */
export const ChunkSchema = z.object({
  choices: z.array(
    z.object({
      text: z.string().nullish(),
      delta: z
        .object({
          content: z.string().nullish(),
          reasoning_content: z.string().nullish(),
          reasoning: z.string().nullish(),
        })
        .nullish(),
      ...FinishSchema,
    }),
  ),
  usage: UsageSchema.nullish(),
  timings: TimingsSchema,
});

export const ChatSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({
          content: z.string().nullish(),
          reasoning_content: z.string().nullish(),
          reasoning: z.string().nullish(),
        }),
        logprobs: ContentLogprobsSchema.nullish(),
        ...FinishSchema,
      }),
    )
    .min(1),
  usage: UsageSchema.nullish(),
  timings: TimingsSchema,
});

/** An error in the middle of a stream that began with status 200. */
export const StreamErrorSchema = z.object({
  error: z.object({ message: z.string().default(""), code: z.union([z.number(), z.string()]).nullish() }),
});

export const ModelsSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      /** llama-server: further names of the same model. */
      aliases: z.array(z.string()).nullish(),
      root: z.string().nullish(),
      max_model_len: z.int().nullish(),
    }),
  ),
});

export const TokenizeSchema = z.object({ tokens: z.array(z.int()) });

import { z } from "zod";
import { LogprobSchema } from "../parse-reply.ts";

export const UsageSchema = z.object({
  prompt_tokens: z.int().nonnegative(),
  completion_tokens: z.int().nonnegative().nullish(),
});
export type Usage = z.output<typeof UsageSchema>;

const ChatTokenSchema = z.object({ token: z.string(), logprob: LogprobSchema });

/** `logprobs.content` of chat answers. */
const ContentLogprobsSchema = z.object({
  content: z.array(ChatTokenSchema.extend({ top_logprobs: z.array(ChatTokenSchema).default([]) })).nullish(),
});

/**
 * Of the completions API: parallel arrays, or the `content` of chat answers (llama-server), or both with either of them null (gateways). A token whose
 * log-probability is null has none that JSON could carry.
 */
const CompletionLogprobsSchema = ContentLogprobsSchema.extend({
  tokens: z.array(z.string()).nullish(),
  token_logprobs: z.array(LogprobSchema.nullable()).nullish(),
  top_logprobs: z.array(z.record(z.string(), LogprobSchema.nullable()).nullable()).nullish(),
});

/** Text, or parts of which some are text and some are thinking (Mistral). */
const ContentSchema = z
  .union([
    z.string(),
    z.array(
      z.looseObject({
        type: z.string().optional(),
        text: z.string().optional(),
        thinking: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]).optional(),
      }),
    ),
  ])
  .nullish()
  .transform((content) => {
    if (content == null || typeof content === "string") return { text: content ?? "", thinking: "" };
    const thoughts = content.flatMap(({ thinking = "" }) =>
      typeof thinking === "string" ? thinking : thinking.map(({ text = "" }) => text),
    );
    return { text: content.map(({ text = "" }) => text).join(""), thinking: thoughts.join("") };
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
      logprobs: CompletionLogprobsSchema.nullish(),
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
          content: ContentSchema,
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
          content: ContentSchema,
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

const ModelSchema = z.object({
  id: z.string(),
  owned_by: z.string().nullish(),
  /** llama-server: further names of the same model. */
  aliases: z.array(z.string()).nullish(),
  root: z.string().nullish(),
  max_model_len: z.int().nullish(),
});
export type Model = z.output<typeof ModelSchema>;

export const ModelsSchema = z.object({ data: z.array(ModelSchema) });

export const TokenizeSchema = z.object({ tokens: z.array(z.int()) });

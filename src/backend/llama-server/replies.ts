import { z } from "zod";
import { LogprobSchema } from "../parse-reply.ts";

const TokenSchema = z.object({ id: z.int(), token: z.string(), logprob: LogprobSchema });

/** One generated token and the likeliest in its place: builds before December 2024 said `probs` where newer ones say `top_logprobs`. */
const PositionSchema = z.union([
  z.object({ top_logprobs: z.array(TokenSchema) }).transform(({ top_logprobs }) => top_logprobs),
  z
    .object({ probs: z.array(z.object({ tok_str: z.string(), prob: z.number().min(0).max(1.001) })) })
    .transform(({ probs }) => probs.map(({ tok_str, prob }) => ({ token: tok_str, logprob: Math.log(prob) }))),
]);

export const CompletionReplySchema = z.object({
  content: z.string(),
  truncated: z.boolean().default(false),
  stop_type: z.string().optional(),
  stopped_limit: z.boolean().optional(),
  stopped_word: z.boolean().optional(),
  tokens_evaluated: z.int().nonnegative(),
  tokens_predicted: z.int().nonnegative(),
  timings: z.object({ prompt_ms: z.number(), predicted_ms: z.number() }).partial().default({}),
  completion_probabilities: z.array(PositionSchema).optional(),
});

export const PropsSchema = z.object({
  default_generation_settings: z.object({ n_ctx: z.int().positive().optional() }),
  total_slots: z.int().positive().default(1),
  model_path: z.string().default(""),
  model_alias: z.string().nullish(),
  /** Type of the file, `Q4_K - Medium`; older builds do not tell it. */
  model_ftype: z.string().optional(),
  chat_template: z.string().nullish(),
  build_info: z.string().optional(),
});
export type Props = z.output<typeof PropsSchema>;

export const ModelsSchema = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      aliases: z.array(z.string()).default([]),
      meta: z
        .object({
          n_vocab: z.number(),
          n_ctx_train: z.number(),
          n_embd: z.number(),
          n_params: z.number(),
          size: z.number(),
          ftype: z.string(),
        })
        .partial()
        .nullish(),
    }),
  ),
});

export type Meta = NonNullable<z.output<typeof ModelsSchema>["data"][number]["meta"]>;

export const TokenizeSchema = z.object({ tokens: z.array(z.int()) });

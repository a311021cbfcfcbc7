import { z } from "zod";
import { LogprobSchema } from "../parse-reply.ts";

/** Go leaves zero values out of its JSON: an absent number is 0. */
const CountSchema = z.number().nonnegative().default(0);

const TokenSchema = z.object({ token: z.string(), logprob: LogprobSchema });

export const GenerateReplySchema = z.object({
  response: z.string(),
  thinking: z.string().optional(),
  done: z.literal(true),
  done_reason: z.string().optional(),
  prompt_eval_count: CountSchema,
  eval_count: CountSchema,
  load_duration: CountSchema,
  prompt_eval_duration: CountSchema,
  eval_duration: CountSchema,
  logprobs: z.array(TokenSchema.extend({ top_logprobs: z.array(TokenSchema).default([]) })).optional(),
});
export type GenerateReply = z.output<typeof GenerateReplySchema>;

export const VersionSchema = z.object({ version: z.string().min(1) });

export const TagsSchema = z.object({
  models: z.array(z.object({ name: z.string(), digest: z.string(), size: z.number().optional() })).nullable(),
});

export const ShowSchema = z.object({
  modelfile: z.string().default(""),
  template: z.string().default(""),
  details: z.object({ family: z.string().optional(), quantization_level: z.string().optional() }).default({}),
  model_info: z.record(z.string(), z.unknown()).nullish(),
});

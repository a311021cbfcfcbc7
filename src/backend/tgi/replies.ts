import { z } from "zod";
import { LogprobSchema } from "../parse-reply.ts";

/** Infinities and NaN become null in TGI's JSON. */
const TokenSchema = z.object({ id: z.int(), text: z.string(), logprob: LogprobSchema.nullable() });

export const GenerateReplySchema = z.object({
  generated_text: z.string(),
  details: z.object({
    finish_reason: z.enum(["length", "eos_token", "stop_sequence"]),
    generated_tokens: z.int().nonnegative(),
    prefill: z.array(TokenSchema).default([]),
    top_tokens: z.array(z.array(TokenSchema)).optional(),
  }),
});
export type GenerateReply = z.output<typeof GenerateReplySchema>;

export const TokenizeReplySchema = z.array(z.object({ id: z.int() }));

export const InfoSchema = z.object({
  model_id: z.string(),
  model_sha: z.string().nullish(),
  model_dtype: z.string().nullish(),
  max_concurrent_requests: z.int().positive().optional(),
  max_total_tokens: z.int().positive().optional(),
  version: z.string(),
  sha: z.string().nullish(),
});

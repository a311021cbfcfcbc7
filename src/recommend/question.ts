import { z } from "zod";
import { WORKLOAD_NAMES, workloadOf } from "./workload.ts";

export const RISKS = ["high", "moderate", "low"] as const;
export type Risk = (typeof RISKS)[number];

const positive = z.number().positive().finite();

/** What a deployment is asked for. Only the model must be named; what is left out is taken from the evidence, or left open and said so. */
export const QuestionSchema = z
  .strictObject({
    model: z.string().trim().min(1),
    /** A GPU's name as in `reference/planner/hardware.json`, in any spelling: `rtx-4080-laptop`. */
    gpu: z.string().trim().min(1).optional(),
    /** Memory for the model, GB of 10⁹ bytes as vendors count. */
    vramGb: positive.optional(),
    contextTokens: z.number().int().positive().max(10_000_000).default(2048),
    /** Requests at once. */
    users: z.number().int().positive().max(10_000).default(1),
    risk: z.enum(RISKS).default("moderate"),
    /** A kind of work, or prompt tokens to answer tokens: `85:15`. */
    workload: z
      .string()
      .refine((text) => workloadOf(text) !== undefined, {
        error: `must be one of ${WORKLOAD_NAMES.join(", ")}, or a ratio of prompt to answer tokens such as 85:15`,
      })
      .optional(),
    /** Whose published minima (P.2) the model must meet, e.g. `general-chatbot`. */
    application: z.string().trim().min(1).optional(),
    promptTokens: z.number().int().nonnegative().optional(),
    completionTokens: z.number().int().nonnegative().optional(),
    /** Longest time from request to last token, milliseconds. */
    sloMs: positive.optional(),
    tokensPerMonth: z.number().nonnegative().finite().optional(),
    /** Peak over mean load. */
    burst: z.number().min(1).finite().default(1),
    dollarsPerHour: z.number().nonnegative().finite().optional(),
    budgetUsdPerMonth: z.number().nonnegative().finite().optional(),
    os: z.enum(["linux", "windows", "macos"]).optional(),
  })
  .refine((question) => question.gpu === undefined || question.vramGb === undefined, {
    error: "name a GPU or its memory, not both: they could contradict each other",
    path: ["vramGb"],
  });

export type QuestionInput = z.input<typeof QuestionSchema>;
export type Question = z.infer<typeof QuestionSchema>;

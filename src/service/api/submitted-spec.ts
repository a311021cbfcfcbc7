import { z } from "zod";
import { POLICY_NAMES } from "../../gate/policy-schema.ts";
import { ScorerSettingsSchema, SpecSchema } from "../../spec/schema.ts";

const { shape } = SpecSchema;
const task = shape.tasks.element.shape;
const scorers = ScorerSettingsSchema.shape;

const DatasetNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,99}$/i, "a dataset's name; folders can't be given over the network");
const ModelNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,199}$/i, "a model's name; folders can't be given over the network");
const PromptSchema = z.string().min(1).max(20_000);

const SubmittedModelSchema = z.strictObject({
  ...shape.models.element.shape,
  baseline: z.undefined().optional().describe("External baselines can't be submitted yet."),
  variants: shape.models.element.shape.variants.max(50, "at most 50 variants a model"),
});

const SubmittedTaskSchema = z.strictObject({
  ...task,
  dataset: DatasetNameSchema.describe("Name of a dataset that the server has."),
  prompt: PromptSchema.optional().describe("Prompt template, or the name of one of the dataset's."),
});

/**
 * A spec as it may come over the network: backends are only names that the operator registered; no URL, no path. Limits keep one request from
 * asking for more than any evaluation needs.
 */
export const SubmittedSpecSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, "letters, digits, '.', '_' and '-', at most 60")
    .default("run")
    .describe("Part of the run's id."),
  models: z.array(SubmittedModelSchema).min(1, "at least one model is needed").max(20, "at most 20 models"),
  tasks: z.array(SubmittedTaskSchema).min(1, "at least one task is needed").max(100, "at most 100 tasks"),
  policy: z
    .union([z.enum(POLICY_NAMES), z.array(z.enum(POLICY_NAMES)).min(1).max(POLICY_NAMES.length)])
    .default("default")
    .describe("A built-in policy's name; a list of them: all must pass."),
  candidates: shape.candidates,
  scorers: z
    .strictObject({
      bertscore: z
        .strictObject({ ...scorers.bertscore.unwrap().shape, model: ModelNameSchema.default("roberta-large") })
        .prefault({}),
      coherence: z
        .strictObject({ ...scorers.coherence.unwrap().shape, model: ModelNameSchema.default("all-mpnet-base-v2") })
        .prefault({}),
      neural: scorers.neural,
    })
    .prefault({})
    .describe("Models behind bertscore and coherence."),
  repeat: shape.repeat,
  sampling: shape.sampling,
  dollarsPerHour: shape.dollarsPerHour,
  looks: shape.looks,
  seed: shape.seed,
});
export type SubmittedSpec = z.input<typeof SubmittedSpecSchema>;
export type ParsedSubmission = z.output<typeof SubmittedSpecSchema>;

/** JSON Schema (draft 2020-12) of a submitted spec. */
export function submittedSpecJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(SubmittedSpecSchema, { io: "input", unrepresentable: "any" }), title: "Submitted spec" };
}

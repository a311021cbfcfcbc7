import { z } from "zod";
import { GENERATION_KINDS } from "../domain/item.ts";
import { PROTOCOLS } from "../domain/protocol.ts";

/** What is done to a generated text before it is scored, in order. */
export const PostFilterSchema = z.union([
  z.enum(["trim", "first-line"]),
  z.strictObject({ cutAt: z.string().min(1).describe("Everything from the first occurrence of this marker is cut.") }),
]);
export type PostFilter = z.infer<typeof PostFilterSchema>;

/** How the field `answer` names the right choice. `label`: as the label, or a 0-based position where labels are letters. */
export const ANSWER_FORMS = ["label", "position", "number", "text"] as const;

/** Where the parts of an item are found in a row; dots go into objects (`choices.text`). */
export const FieldsSchema = z.strictObject({
  id: z.string().optional(),
  question: z.string().optional(),
  choices: z
    .union([z.string(), z.array(z.string()).min(2)])
    .optional()
    .describe(
      "A field with a list of choices (texts, objects with text and label, an object by label, or JSON text), or one field for each; empty last ones are no choices.",
    ),
  labels: z.string().optional(),
  answer: z.string().optional(),
  answerIs: z
    .enum(ANSWER_FORMS)
    .optional()
    .describe("What `answer` holds: a label, a position from 0, a number from 1, or the choice's text."),
  prompt: z.string().optional(),
  references: z
    .union([z.string(), z.array(z.string()).min(1)])
    .optional()
    .describe("A field with one reference (text or number) or a list of them, or several fields."),
  subject: z.string().optional(),
  group: z.string().optional(),
});

const ShotsSchema = z.strictObject({
  file: z.string().min(1),
  items: z.int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const DefaultsSchema = z.strictObject({
  protocol: z.enum(PROTOCOLS).optional(),
  primary: z.enum(["acc", "acc_norm", "extracted", "strict"]).optional(),
  maxTokens: z.int().positive().optional(),
  stop: z.array(z.string().min(1)).optional(),
  postFilters: z.array(PostFilterSchema).optional(),
});

/** `manifest.json` of a dataset folder: what the data is, where it came from, and how it is asked unless a spec says otherwise. */
export const ManifestSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "lower-case letters, digits, '.', '_' and '-'"),
  version: z.string().min(1),
  licence: z.string().min(1),
  source: z.string().min(1),
  description: z.string().min(1),
  type: z.enum(["multiple-choice", "generation"]),
  kind: z.enum(GENERATION_KINDS).optional().describe("Kind of generation task; decides which metrics are computed."),
  benchmark: z.string().optional().describe("`mmlu` or `arc-challenge`: what gates on a benchmark read."),
  prompt: z
    .string()
    .min(1)
    .describe("Prompt template; {name} is replaced by the item's field of that name, {shots} by worked examples."),
  prompts: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "lower-case letters, digits and '-'"), z.string().min(1))
    .optional()
    .describe("Other prompt templates, by a name that a spec's `prompt` may say."),
  shots: ShotsSchema.optional().describe("Worked examples for few-shot prompts; rows like the items'."),
  items: z.int().nonnegative(),
  file: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  fields: FieldsSchema,
  defaults: DefaultsSchema.default({}),
});
export type Manifest = z.infer<typeof ManifestSchema>;

/** JSON Schema of a dataset's manifest. */
export function manifestJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(ManifestSchema, { io: "input" }), title: "QuantGate dataset manifest" };
}

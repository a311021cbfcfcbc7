import { z } from "zod";
import type { Conversion } from "./convert.ts";
import { FieldsSchema, ManifestSchema } from "./manifest.ts";
import { ROW_FORMATS } from "./read-rows.ts";

const { name, type, kind, benchmark, prompt, prompts, defaults } = ManifestSchema.shape;

/** What a user writes to import files of an own layout: what the data is, and which of its fields mean what. */
export const MappingSchema = z.strictObject({
  name,
  version: z.string().min(1).default("1.0.0"),
  licence: z.string().min(1).default("not stated"),
  source: z.string().min(1).optional().describe("Where the data comes from; default: the names of the files."),
  description: z.string().min(1).optional(),
  type,
  kind,
  benchmark,
  prompt: prompt.optional().describe("Prompt template; default: the question with its choices, or the prompt itself."),
  prompts,
  defaults,
  fields: FieldsSchema.default({}),
  subjectFromFile: z
    .string()
    .min(1)
    .optional()
    .describe("Regular expression on a file's name without its extension; its first group is the subject."),
  format: z.enum(ROW_FORMATS).optional().describe("Default: what the file's extension says."),
  delimiter: z
    .string()
    .min(1)
    .optional()
    .describe("Between the fields of a CSV file; default: what its first line is divided by."),
  columns: z.array(z.string().min(1)).min(1).optional().describe("Names for the columns of a CSV file without header."),
});
export type Mapping = z.output<typeof MappingSchema>;

/** JSON Schema of a mapping file. */
export function mappingJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(MappingSchema, { io: "input" }), title: "QuantGate dataset mapping" };
}

const DEFAULT_PROMPTS = {
  "multiple-choice": "{shots}{question}\n{choices}\nAnswer:",
  generation: "{prompt}",
} as const;

/** What the manifest of an imported dataset says. */
export function aboutImported(mapping: Mapping, files: readonly string[]): Conversion["about"] {
  const { subjectFromFile: _, format: _format, delimiter: _delimiter, columns: _columns, ...about } = mapping;
  const source = mapping.source ?? files.join(", ");
  return {
    ...about,
    source,
    description: mapping.description ?? `Imported from ${source}.`,
    prompt: mapping.prompt ?? DEFAULT_PROMPTS[mapping.type],
  };
}

import { z } from "zod";
import { PostFilterSchema } from "../dataset/manifest.ts";
import { PROTOCOLS } from "../domain/protocol.ts";
import { BackendSchema } from "./backend-schema.ts";

const NameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]*$/, "letters, digits, '.', '_', ':' and '-', at least one");

/** Part of variants' ids, which have `/` and `@` around it. */
const LabelSchema = z
  .string()
  .regex(/^\s*[A-Za-z0-9][A-Za-z0-9._+-]{0,63}\s*$/, "letters, digits, '.', '_', '+' and '-', at most 64");

const VariantSchema = z.strictObject({
  quantization: LabelSchema.describe(
    "FP16, Q8_0, Q4_K_M, …, AWQ, GPTQ, FP8, INT8, or any other name (UD-Q4_K_XL, W4A16). It is held against the file, or what the server tells.",
  ),
  label: LabelSchema.optional().describe(
    "A name of your own instead, for two files of one type, or where the file is meant to be another type than `quantization` says.",
  ),
  model: z
    .string()
    .min(1)
    .describe(
      "What the backend loads: a GGUF file or a folder of ONNX files (relative to the spec), a pulled model's name, or the name under which a server serves it.",
    ),
  backend: NameSchema.optional().describe("Name of an entry in `backends`; not needed when there is only one."),
  baseline: z
    .boolean()
    .optional()
    .describe("The variant the model's others are compared with; by default the most precise one."),
});

const ModelSchema = z.strictObject({
  name: NameSchema.describe("The weights' family, e.g. llama3.2-1b."),
  baseline: z
    .literal("external")
    .optional()
    .describe("None of these variants is the baseline: `--baseline <name>` names a stored run that has it."),
  variants: z.array(VariantSchema).min(1, "a model needs at least one variant"),
});

const SeedSchema = z.int().nonnegative().default(0).describe("Another seed, another sample.");

const SampleSchema = z.union([
  z.strictObject({ perSubject: z.int().positive().describe("Items of each subject."), seed: SeedSchema }),
  z.strictObject({ items: z.int().positive().describe("Items of the whole dataset."), seed: SeedSchema }),
]);

const TaskSchema = z.strictObject({
  dataset: z
    .string()
    .min(1)
    .describe(
      "A bundled or pulled dataset's name, or a folder with a manifest.json (relative to the spec, starting with ./ or /).",
    ),
  name: NameSchema.optional().describe("Default: the dataset's name."),
  protocol: z.enum(PROTOCOLS).optional().describe("How multiple-choice questions are asked; default: the manifest's."),
  primary: z
    .enum(["acc", "acc_norm", "extracted", "strict"])
    .optional()
    .describe("The figure that counts; default: the manifest's."),
  prompt: z
    .string()
    .min(1)
    .optional()
    .describe("Prompt template instead of the manifest's, or the name of one of the manifest's `prompts`."),
  shots: z
    .int()
    .nonnegative()
    .optional()
    .describe("Worked examples before each item: the first so many of its subject. Default: 0."),
  limit: z.int().positive().optional().describe("Only the first items."),
  sample: SampleSchema.optional().describe(
    "A seeded sample instead of all items; the smaller is part of the larger. The same for every variant.",
  ),
  maxTokens: z.int().positive().optional(),
  stop: z.array(z.string().min(1)).optional(),
  postFilters: z.array(PostFilterSchema).optional(),
});

/** Inside the model's folder or repository, and nowhere else. */
const OnnxFileSchema = z
  .string()
  .regex(/^(?!\/)(?!(?:.*\/)?\.{1,2}\/)[A-Za-z0-9._/-]+\.onnx$/, "the path of an .onnx file inside the model's folder");

/** What makes up a model, where it isn't the usual. */
const EncoderFiles = {
  file: OnnxFileSchema.optional().describe(
    "Which .onnx file of the model, e.g. onnx/model_fp16.onnx; default: onnx/model.onnx, else model.onnx.",
  ),
  output: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      "Output of the whole model that is read, one vector a token; for models that can't be cut at a layer for sure.",
    ),
};

/** A model is a name that `quantgate models` knows, or a folder (relative to the spec, starting with ./ or /). */
export const ScorerSettingsSchema = z.strictObject({
  bertscore: z
    .strictObject({
      model: z.string().min(1).default("roberta-large"),
      ...EncoderFiles,
      layer: z.int().nonnegative().optional().describe("Default: the layer recommended for the model."),
      idf: z
        .boolean()
        .default(false)
        .describe("Weigh tokens by inverse document frequency over the task's references."),
      rescale: z
        .boolean()
        .default(false)
        .describe("Rescale with the model's published baseline; scores below it count 0."),
    })
    .prefault({}),
  coherence: z
    .strictObject({
      model: z.string().min(1).default("all-mpnet-base-v2"),
      ...EncoderFiles,
      perSentence: z
        .boolean()
        .default(true)
        .describe("Also compare answers of several sentences sentence by sentence, as a figure beside the score."),
    })
    .prefault({}),
  neural: z
    .enum(["required", "skip"])
    .default("required")
    .describe("`skip` goes on without bertscore and coherence; they are then unscored, and gates on them fail."),
  provider: z.enum(["cpu", "cuda", "coreml", "dml"]).default("cpu").describe("Where ONNX Runtime computes."),
  workers: z.int().positive().optional().describe("Worker threads; default: chosen from the machine."),
  threadsPerWorker: z
    .int()
    .positive()
    .optional()
    .describe("Cores for one inference; default: chosen from the machine."),
  batchTokens: z.int().positive().optional().describe("Most tokens in one batch; default: 512."),
});

export type ScorersConfig = z.output<typeof ScorerSettingsSchema> & {
  /** Paths of the user's own modules that score, by the name of their metric; absent: none. */
  readonly own?: Readonly<Record<string, string>>;
};

const OWN_METRIC = /^[a-z][a-z0-9_]{0,39}$/;
const OWN_MODULE = /^[./~].*\.m?js$/;

/** The settings, and by any other name the path of a module that scores. */
const ScorersSchema = ScorerSettingsSchema.catchall(
  z.unknown().meta({
    type: "string",
    pattern: OWN_MODULE.source,
    description: "A JavaScript module of your own that computes a metric of this name, like ./my-scorer.mjs.",
  }),
).transform((given, context): ScorersConfig => {
  const isSetting = (key: string): boolean => key in ScorerSettingsSchema.shape;
  const own: Record<string, string> = {};
  for (const [name, path] of Object.entries(given).filter(([key]) => !isSetting(key))) {
    if (typeof path !== "string" || !OWN_MODULE.test(path))
      context.addIssue({ code: "unrecognized_keys", keys: [name], input: given });
    else if (!OWN_METRIC.test(name))
      context.addIssue({ code: "custom", path: [name], message: "a metric's name has small letters, digits and _" });
    else own[name] = path;
  }
  const settings = Object.fromEntries(Object.entries(given).filter(([key]) => isSetting(key))) as ScorersConfig;
  return Object.keys(own).length === 0 ? settings : { ...settings, own };
});

/** What a user writes. `load.ts` turns it into a `ResolvedSpec`. */
export const SpecSchema = z.strictObject({
  $schema: z.string().optional().describe("For editors."),
  name: NameSchema.default("run").describe("Part of the run's id."),
  backends: z.record(NameSchema, BackendSchema).describe("Where variants run, by a name of your choice."),
  models: z
    .array(ModelSchema)
    .min(1, "at least one model is needed")
    .describe("What is judged: each model with its quantizations, which are compared within it."),
  tasks: z.array(TaskSchema).min(1, "at least one task is needed").describe("What every variant is asked."),
  policy: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .default("default")
    .describe(
      "A built-in policy's name, or a policy file (relative to the spec, starting with ./ or /); a list of them: all must pass.",
    ),
  candidates: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      "Quantizations or variant ids that decide the exit code; by default all but the baselines. The others inform.",
    ),
  scorers: ScorersSchema.prefault({}).describe("Models behind bertscore and coherence, and scorers of your own."),
  repeat: z
    .strictObject({ items: z.int().positive().describe("Items of each task.") })
    .optional()
    .describe("The baseline answers the first items of each task twice, which shows the backend's own noise."),
  sampling: z
    .strictObject({
      temperature: z.number().positive().max(2),
      repeats: z.int().min(2).max(100),
      items: z.int().positive().default(20).describe("Items of each task whose answers are written."),
    })
    .optional()
    .describe("Measures the spread of answers at a temperature above 0, apart from the verdicts."),
  dollarsPerHour: z
    .number()
    .positive()
    .optional()
    .describe("Price of the machine that the models run on; reports then say dollars per million tokens."),
  looks: z
    .int()
    .min(1)
    .max(20)
    .default(1)
    .describe(
      "How often the evidence will be looked at: this run and those with more items after an inconclusive one, declared before the first. α is split over them.",
    ),
  seed: z.int().nonnegative().default(0).describe("Sent to backends that take one; also seeds every resampling."),
});
export type SpecInput = z.input<typeof SpecSchema>;
export type ParsedSpec = z.output<typeof SpecSchema>;

/** JSON Schema (draft 2020-12) of a spec file, for editors. */
export function specJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(SpecSchema, { io: "input" }), title: "QuantGate evaluation spec" };
}

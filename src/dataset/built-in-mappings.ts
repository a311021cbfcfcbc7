import { MMLU_TASK } from "./hub-recipes/mmlu.ts";
import { type Mapping, MappingSchema } from "./mapping.ts";

/** Mappings of layouts that are known without a mapping file. */
export const BUILT_IN_MAPPINGS: Readonly<Record<string, Mapping>> = {
  /** The original distribution of MMLU: a CSV file without header for each subject, `abstract_algebra_test.csv`. */
  mmlu: MappingSchema.parse({
    ...MMLU_TASK,
    name: "mmlu-csv",
    licence: "MIT",
    source: "The original distribution of MMLU.",
    description: "Hendrycks et al. (2021), Measuring Massive Multitask Language Understanding.",
    format: "csv",
    columns: ["question", "A", "B", "C", "D", "answer"],
    fields: { question: "question", choices: ["A", "B", "C", "D"], answer: "answer" },
    subjectFromFile: "^(.+)_(?:test|dev|val)$",
  }),
};

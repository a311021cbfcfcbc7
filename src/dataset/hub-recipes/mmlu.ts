import { type HubRecipe, type Row, textOf } from "./recipe.ts";

/** What is said of MMLU wherever its rows come from: the prompts, and how it is scored. */
export const MMLU_TASK = {
  type: "multiple-choice",
  benchmark: "mmlu",
  // lm-evaluation-harness: lm_eval/tasks/mmlu/default/_default_template_yaml and the subjects' descriptions.
  prompt:
    "The following are multiple choice questions (with answers) about {subject}.\n\n{shots}{question}\n{choices}\nAnswer:",
  prompts: {
    "letter-only":
      "Answer the multiple-choice questions about {subject}. Respond with only the letter of the right choice ({labels}), without an explanation.\n\n{shots}Question: {question}\n{choices}\nAnswer:",
  },
  defaults: { protocol: "letter-logprob", primary: "acc", maxTokens: 16 },
} as const;

/** MMLU, all 57 subjects: 14,042 test questions, and 5 worked examples a subject from the dev split. */
export const MMLU: HubRecipe = {
  repository: "cais/mmlu",
  items: ["all/test-00000-of-00001.parquet"],
  shots: ["all/dev-00000-of-00001.parquet"],
  about: {
    ...MMLU_TASK,
    name: "mmlu",
    version: "1.0.0",
    licence: "MIT",
    source: "https://huggingface.co/datasets/cais/mmlu",
    description:
      "Knowledge and reasoning in 57 subjects from elementary to professional, four choices each. Hendrycks et al. (2021), Measuring Massive Multitask Language Understanding.",
    fields: { question: "question", choices: "choices", answer: "answer", answerIs: "position", subject: "subject" },
  },
  // The template strips the question.
  prepare: (row: Row) => ({ ...row, question: textOf(row.question).trim() }),
};

import { createHash } from "node:crypto";
import { type HubRecipe, type Row, textOf } from "./recipe.ts";

/** CNN/DailyMail 3.0.0: 11,490 test articles with the highlights their editors wrote. */
export const CNN_DAILYMAIL: HubRecipe = {
  repository: "abisee/cnn_dailymail",
  items: ["3.0.0/test-00000-of-00001.parquet"],
  about: {
    name: "cnn-dailymail",
    version: "3.0.0",
    licence: "Apache-2.0",
    source: "https://huggingface.co/datasets/abisee/cnn_dailymail",
    description:
      "News articles to summarize; the references are their highlights. See et al. (2017), Get To The Point. Long: a context of 4,096 tokens holds most articles.",
    type: "generation",
    kind: "summarization",
    prompt: "Summarize the article in three or four sentences.\n\nArticle: {prompt}\n\nSummary:",
    fields: { id: "id", prompt: "article", references: "highlights" },
    defaults: { maxTokens: 160, postFilters: ["trim"] },
  },
};

/** SQuAD 1.1: 10,570 validation questions; those about one passage are a group. */
export const SQUAD: HubRecipe = {
  repository: "rajpurkar/squad",
  items: ["plain_text/validation-00000-of-00001.parquet"],
  about: {
    name: "squad",
    version: "1.1.0",
    licence: "CC-BY-SA-4.0",
    source: "https://huggingface.co/datasets/rajpurkar/squad",
    description:
      "Questions whose answer stands in a passage of Wikipedia. Rajpurkar et al. (2016), SQuAD: 100,000+ Questions for Machine Comprehension of Text.",
    type: "generation",
    kind: "qa",
    prompt:
      "Answer the question with words from the passage, as few as possible.\n\nPassage: {context}\n\nQuestion: {prompt}\n\nAnswer:",
    fields: { id: "id", prompt: "question", references: "answers.text", subject: "title", group: "passage" },
    defaults: { maxTokens: 32, stop: ["\n"], postFilters: ["trim"] },
  },
  prepare: (row: Row) => ({
    ...row,
    passage: createHash("sha256").update(textOf(row.context)).digest("hex").slice(0, 12),
    answers: { text: distinctTexts(row.answers) },
  }),
};

/** HumanEval: 164 Python functions to be completed. Compared here with the author's solution; nothing is executed. */
export const HUMANEVAL: HubRecipe = {
  repository: "openai/openai_humaneval",
  items: ["openai_humaneval/test-00000-of-00001.parquet"],
  about: {
    name: "humaneval",
    version: "1.0.0",
    licence: "MIT",
    source: "https://huggingface.co/datasets/openai/openai_humaneval",
    description:
      "Python functions to be completed from signature and docstring. Chen et al. (2021), Evaluating Large Language Models Trained on Code. Answers are compared with the author's solution and not executed: no pass@k.",
    type: "generation",
    kind: "code",
    prompt: "{prompt}",
    prompts: { instruct: "Complete the Python function. Answer with its code only.\n\n{prompt}" },
    fields: { id: "task_id", prompt: "prompt", references: "canonical_solution" },
    // Four at most: OpenAI-compatible servers refuse more.
    defaults: { maxTokens: 512, stop: ["\nclass", "\ndef", "\nif", "\nprint"] },
  },
};

/** MBPP, sanitized: 257 small programming tasks with a solution. */
export const MBPP: HubRecipe = {
  repository: "google-research-datasets/mbpp",
  items: ["sanitized/test-00000-of-00001.parquet"],
  about: {
    name: "mbpp",
    version: "1.0.0",
    licence: "CC-BY-4.0",
    source: "https://huggingface.co/datasets/google-research-datasets/mbpp",
    description:
      "Small Python tasks, the hand-checked part. Austin et al. (2021), Program Synthesis with Large Language Models. Answers are compared with the given solution and not executed: no pass@k.",
    type: "generation",
    kind: "code",
    prompt: "{prompt}\nYour code has to pass these tests:\n{tests}\nAnswer with Python code only.\n",
    fields: { id: "task_id", prompt: "prompt", references: "code" },
    defaults: { maxTokens: 512, postFilters: ["trim"] },
  },
  prepare: (row: Row) => ({ ...row, tests: Array.isArray(row.test_list) ? row.test_list.join("\n") : undefined }),
};

/** Dolly 15k without the tasks that bring a text of their own: creative writing, brainstorming, open questions. */
export const DOLLY: HubRecipe = {
  repository: "databricks/databricks-dolly-15k",
  items: ["databricks-dolly-15k.jsonl"],
  about: {
    name: "dolly-chat",
    version: "1.0.0",
    licence: "CC-BY-SA-3.0",
    source: "https://huggingface.co/datasets/databricks/databricks-dolly-15k",
    description:
      "Requests as people make them to an assistant, each with one answer that a person wrote: creative writing, brainstorming, questions and classification. Conover et al. (2023), Free Dolly.",
    type: "generation",
    kind: "chat",
    prompt: "{prompt}",
    fields: { prompt: "instruction", references: "response", subject: "category" },
    defaults: { maxTokens: 256, postFilters: ["trim"] },
  },
  prepare: (row: Row) => (textOf(row.context).trim() === "" ? row : undefined),
};

/** IFEval: 541 requests with verifiable wishes about form. Without references: coherence with the request is what is scored. */
export const IFEVAL: HubRecipe = {
  repository: "google/IFEval",
  items: ["ifeval_input_data.jsonl"],
  about: {
    name: "ifeval",
    version: "1.0.0",
    licence: "Apache-2.0",
    source: "https://huggingface.co/datasets/google/IFEval",
    description:
      "Requests with wishes about length, form and words. Zhou et al. (2023), Instruction-Following Evaluation for Large Language Models. There are no references, and the wishes are not checked here: coherence, length and repetition are compared.",
    type: "generation",
    kind: "chat",
    prompt: "{prompt}",
    fields: { id: "key", prompt: "prompt" },
    defaults: { maxTokens: 512, postFilters: ["trim"] },
  },
};

/** SQuAD's annotators often agree: each answer once. */
function distinctTexts(answers: unknown): readonly unknown[] {
  const texts = typeof answers === "object" && answers !== null && "text" in answers ? answers.text : undefined;
  return Array.isArray(texts) ? [...new Set<unknown>(texts)] : [];
}

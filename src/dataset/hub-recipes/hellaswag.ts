import { type HubRecipe, type Row, textOf } from "./recipe.ts";

/** HellaSwag: the 10,042 validation items, since the test labels are not published. */
export const HELLASWAG: HubRecipe = {
  repository: "Rowan/hellaswag",
  items: ["data/validation-00000-of-00001.parquet"],
  about: {
    name: "hellaswag",
    version: "1.0.0",
    licence: "MIT",
    source: "https://huggingface.co/datasets/Rowan/hellaswag",
    description:
      "Which of four endings goes on with an everyday scene. Zellers et al. (2019), HellaSwag: Can a Machine Really Finish Your Sentence?",
    type: "multiple-choice",
    benchmark: "hellaswag",
    // lm-evaluation-harness: lm_eval/tasks/hellaswag/hellaswag.yaml.
    prompt: "{shots}{question}",
    defaults: { protocol: "continuation-logprob", primary: "acc_norm" },
    fields: { question: "scene", choices: "endings", answer: "label", answerIs: "position" },
  },
  prepare: (row: Row) => {
    const scene = `${textOf(row.ctx_a)} ${capitalized(textOf(row.ctx_b))}`;
    return {
      scene: cleaned(`${textOf(row.activity_label)}: ${scene}`),
      endings: Array.isArray(row.endings) ? row.endings.map((ending) => cleaned(textOf(ending))) : row.endings,
      label: row.label,
    };
  },
};

/** First character in upper case, all others in lower case, as Python's `str.capitalize`. */
function capitalized(text: string): string {
  const [first = "", ...rest] = text;
  return first.toUpperCase() + rest.join("").toLowerCase();
}

/** Takes out the marks that WikiHow's articles left, in the order of lm-evaluation-harness: double blanks become single once. */
function cleaned(text: string): string {
  return text
    .trim()
    .replaceAll(" [title]", ". ")
    .replace(/\[.*?\]/g, "")
    .replaceAll("  ", " ");
}

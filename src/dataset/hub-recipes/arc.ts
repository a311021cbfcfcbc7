import type { HubRecipe } from "./recipe.ts";

/** ARC-Challenge: 1,172 test questions. */
export const ARC_CHALLENGE = arc(
  "ARC-Challenge",
  "Science questions for grades 3 to 9 that retrieval and word co-occurrence answered wrongly",
);

/** ARC-Easy: 2,376 test questions. */
export const ARC_EASY = arc("ARC-Easy", "Science questions for grades 3 to 9, those that are not in ARC-Challenge");

/** Some questions have three or five choices, some are labelled 1 to 4: the rows say how. */
function arc(config: "ARC-Challenge" | "ARC-Easy", what: string): HubRecipe {
  return {
    repository: "allenai/ai2_arc",
    items: [`${config}/test-00000-of-00001.parquet`],
    about: {
      name: config.toLowerCase(),
      version: "1.0.0",
      licence: "CC-BY-SA-4.0",
      source: "https://huggingface.co/datasets/allenai/ai2_arc",
      description: `${what}. Clark et al. (2018), Think you have Solved Question Answering? Try ARC, the AI2 Reasoning Challenge.`,
      type: "multiple-choice",
      benchmark: config.toLowerCase(),
      // lm-evaluation-harness: lm_eval/tasks/arc/arc_easy.yaml, which compares the choices' texts.
      prompt: "{shots}Question: {question}\nAnswer:",
      prompts: {
        "with-choices": "{shots}Question: {question}\n{choices}\nAnswer:",
        "letter-only":
          "Answer the science question. Respond with only the letter of the right choice ({labels}), without an explanation.\n\n{shots}Question: {question}\n{choices}\nAnswer:",
      },
      defaults: { protocol: "continuation-logprob", primary: "acc_norm", maxTokens: 16 },
      fields: {
        id: "id",
        question: "question",
        choices: "choices.text",
        labels: "choices.label",
        answer: "answerKey",
      },
    },
  };
}

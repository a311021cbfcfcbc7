import { UsageError } from "./errors.ts";
import type { Item } from "./item.ts";

/** True unless the prompt lacks the text of a choice: an item asked by letters must show what each letter stands for. */
export function listsChoices(prompt: string, item: Item): boolean {
  return item.type !== "multiple-choice" || item.choices.every(({ text }) => prompt.includes(text.trim()));
}

/** What to say of a task whose letters stand for nothing that the model sees. */
export function unlistedChoices(task: string): UsageError {
  return new UsageError(
    `${task} is asked by letters, but its prompt lists no choices, so a letter could only be guessed`,
    {
      hint: 'put {choices} before the answer, as in prompt: "{question}\\n{choices}\\nAnswer:", or ask with `protocol: continuation-logprob`',
    },
  );
}

import { UsageError } from "../domain/errors.ts";
import type { Item } from "../domain/item.ts";
import { SHOTS_PLACEHOLDER } from "../domain/placeholder.ts";
import { renderTemplate } from "../domain/template.ts";
import type { ResolvedTask } from "../spec/resolved.ts";

/**
 * The prompt of one item. Where the template says `{shots}` come the item's worked examples, each rendered with what follows `{shots}`,
 * then its answer and an empty line. What precedes `{shots}` is said once. So everything before the item's own question is the same for
 * all items of a subject, and servers can keep it in their prompt cache. The layout is that of lm-evaluation-harness.
 */
export function renderPrompt(task: ResolvedTask, item: Item): string {
  const at = task.prompt.indexOf(SHOTS_PLACEHOLDER);
  if (at < 0) return renderTemplate(task.prompt, item);
  const head = task.prompt.slice(0, at);
  const question = task.prompt.slice(at + SHOTS_PLACEHOLDER.length);
  const shots = (item.shots ?? []).map((shot) => `${solved(task, question, shot)}\n\n`).join("");
  return renderTemplate(head, item) + shots + renderTemplate(question, item);
}

/** A worked example; between question and answer stands what stands there when an item is asked. */
function solved(task: ResolvedTask, template: string, shot: Item): string {
  const question = renderTemplate(template, shot);
  const isSpaced = task.type === "generation" ? /\s$/ : / $/;
  return question + (isSpaced.test(question) ? "" : " ") + answerOf(task, shot);
}

function answerOf(task: ResolvedTask, shot: Item): string {
  if (task.type === "multiple-choice" && shot.type === "multiple-choice") {
    const right = shot.choices[shot.answer];
    if (right !== undefined) return task.protocol === "continuation-logprob" ? right.text : right.label;
  }
  const [reference] = shot.type === "generation" ? shot.references : [];
  if (reference === undefined)
    throw new UsageError(`the worked example "${shot.id}" of dataset ${task.dataset.manifest.name} has no answer`, {
      hint: "give it a reference, or ask with `shots: 0`",
    });
  return reference;
}

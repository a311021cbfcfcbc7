import { UsageError } from "../domain/errors.ts";
import type { Item } from "../domain/item.ts";
import { SHOTS_PLACEHOLDER } from "../domain/placeholder.ts";
import { type PromptPiece, renderPieces, textOf } from "../domain/template.ts";
import type { ResolvedTask } from "../spec/resolved.ts";

/**
 * The prompt of one item. Where the template says `{shots}` come the item's worked examples, each rendered with what follows `{shots}`,
 * then its answer and an empty line. What precedes `{shots}` is said once. So everything before the item's own question is the same for
 * all items of a subject, and servers can keep it in their prompt cache. The layout is that of lm-evaluation-harness.
 */
export function renderPromptPieces(task: ResolvedTask, item: Item): readonly PromptPiece[] {
  const at = task.prompt.indexOf(SHOTS_PLACEHOLDER);
  if (at < 0) return renderPieces(task.prompt, item);
  const head = task.prompt.slice(0, at);
  const question = task.prompt.slice(at + SHOTS_PLACEHOLDER.length);
  const shots = (item.shots ?? []).flatMap((shot) => solved(task, question, shot));
  return [...renderPieces(head, item), ...shots, ...renderPieces(question, item)];
}

/** The prompt of one item as text; see `renderPromptPieces`. */
export function renderPrompt(task: ResolvedTask, item: Item): string {
  return textOf(renderPromptPieces(task, item));
}

/** A worked example; between question and answer stands what stands there when an item is asked. */
function solved(task: ResolvedTask, template: string, shot: Item): readonly PromptPiece[] {
  const question = renderPieces(template, shot);
  const isSpaced = task.type === "generation" ? /\s$/ : / $/;
  const gap = isSpaced.test(textOf(question)) ? "" : " ";
  return [
    ...question,
    { text: gap, from: "template" },
    { text: answerOf(task, shot), from: "item" },
    { text: "\n\n", from: "template" },
  ];
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

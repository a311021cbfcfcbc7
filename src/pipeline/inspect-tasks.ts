import { createHash } from "node:crypto";
import type { ItemSource } from "../dataset/item-source.ts";
import { openTaskItems } from "../dataset/task-items.ts";
import { throwIfAborted, UsageError } from "../domain/errors.ts";
import type { Item } from "../domain/item.ts";
import { listsChoices, unlistedChoices } from "../domain/lists-choices.ts";
import { SHOTS_PLACEHOLDER } from "../domain/placeholder.ts";
import { renderTemplate } from "../domain/template.ts";
import type { ResolvedSpec, ResolvedTask } from "../spec/resolved.ts";
import type { TaskFacts } from "../store/manifest.ts";
import { buildRequest } from "../task/build-request.ts";

/** What the analysis needs to know of every task, in the spec's order. */
export async function inspectTasks(
  spec: ResolvedSpec,
  sources: ReadonlyMap<string, ItemSource>,
  signal: AbortSignal,
): Promise<readonly TaskFacts[]> {
  const facts: TaskFacts[] = [];
  for (const task of spec.tasks) {
    const source = sources.get(task.name);
    if (source === undefined) throw new Error(`no items were opened for task ${task.name}`);
    facts.push(await inspectTask(task, source, signal));
  }
  return facts;
}

/**
 * Reads every item of a task's sample once before anything runs: renders its prompt, so that a bad row or template is told now and not
 * in the middle of a run, and counts what the analysis needs to know.
 */
export async function inspectTask(task: ResolvedTask, source: ItemSource, signal: AbortSignal): Promise<TaskFacts> {
  const { manifest } = task.dataset;
  const ids = new Set<string>();
  let itemsWithReferences = 0;
  let chance = 0;
  let listed = !isByLetters(task);
  for (let index = 0; index < task.items; index += 1) {
    if (index % 1000 === 0) throwIfAborted(signal);
    const item = await source.item(index);
    buildRequest(task, item, { temperature: 0, seed: 0 });
    listed ||= listsChoices(questionOf(task, item), item);
    if (ids.has(item.id))
      throw new UsageError(`dataset ${manifest.name}: two items have the id "${item.id}"`, {
        hint: "ids pair the items of runs; make them unique",
      });
    ids.add(item.id);
    if (item.type === "multiple-choice") chance += 1 / item.choices.length;
    else if (item.references.length > 0) itemsWithReferences += 1;
  }
  if (!listed) throw unlistedChoices(`task ${task.name}`);
  const shots =
    task.shots === undefined || manifest.shots === undefined
      ? undefined
      : { count: task.shots, sha256: manifest.shots.sha256 };
  return {
    task: task.name,
    dataset: manifest.name,
    datasetVersion: manifest.version,
    datasetSha256: manifest.sha256,
    templateSha256: sha256(task.prompt),
    items: task.items,
    ...(task.sample === undefined ? {} : { sample: { idsSha256: sha256([...ids].join("\n")), ids: [...ids] } }),
    ...(shots === undefined ? {} : { shots }),
    itemsWithReferences,
    chance: chance / task.items,
  };
}

/** Items of a task's beginning that are looked at before a run: enough that one of them lists its choices if any does. */
const FIRST_ITEMS = 20;

/** Throws `UsageError` when the task is asked by letters and none of its first items lists its choices; reads no more than those. */
export async function assertListsChoices(task: ResolvedTask, signal: AbortSignal): Promise<void> {
  if (!isByLetters(task)) return;
  const source = await openTaskItems(task, signal);
  try {
    for (let index = 0; index < Math.min(FIRST_ITEMS, task.items, source.count); index += 1) {
      const item = await source.item(index);
      if (listsChoices(questionOf(task, item), item)) return;
    }
  } finally {
    await source.close();
  }
  throw unlistedChoices(`task ${task.name}`);
}

function isByLetters(task: ResolvedTask): boolean {
  return task.type === "multiple-choice" && task.protocol === "letter-logprob";
}

/** The item's own part of the prompt: worked examples list the choices of others. */
function questionOf(task: ResolvedTask, item: Item): string {
  return renderTemplate(task.prompt.replace(SHOTS_PLACEHOLDER, ""), item);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

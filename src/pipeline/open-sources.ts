import type { ItemSource } from "../dataset/item-source.ts";
import { openTaskItems } from "../dataset/task-items.ts";
import type { ResolvedTask } from "../spec/resolved.ts";
import { RecentItems } from "./recent-items.ts";

/** The items of every task of a run, by task name; `close` releases the files. */
export interface Sources {
  readonly byTask: ReadonlyMap<string, ItemSource>;
  close(): Promise<void>;
}

/** Opens and checks the items of all tasks, or none. */
export async function openSources(tasks: readonly ResolvedTask[], signal: AbortSignal): Promise<Sources> {
  const byTask = new Map<string, ItemSource>();
  const close = async (): Promise<void> => {
    for (const source of byTask.values()) await source.close();
  };
  try {
    for (const task of tasks) byTask.set(task.name, new RecentItems(await openTaskItems(task, signal)));
  } catch (error) {
    await close();
    throw error;
  }
  return { byTask, close };
}

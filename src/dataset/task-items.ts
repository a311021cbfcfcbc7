import { throwIfAborted } from "../domain/errors.ts";
import type { Item } from "../domain/item.ts";
import type { Dataset } from "./dataset.ts";
import { type ItemSource, openItems } from "./item-source.ts";
import { drawSample, type Sample } from "./sample.ts";
import { openShots, type Shots } from "./shots.ts";

/** What a task takes of its dataset. */
export interface TaskItems {
  readonly dataset: Dataset;
  /** Items of the task: of the sample where there is one, else the first so many. */
  readonly items: number;
  readonly sample?: Sample;
  /** Worked examples before each item. */
  readonly shots?: number;
}

/**
 * Opens the items of a task by their position in the task, not in the dataset. With worked examples the items of a subject stand together,
 * in the order in which the subjects come, so that a server's prompt cache serves the next item.
 */
export async function openTaskItems(task: TaskItems, signal: AbortSignal): Promise<ItemSource> {
  const { dataset, sample, shots = 0 } = task;
  const source = await openItems(dataset, signal);
  try {
    if (sample === undefined && shots === 0) return source;
    const positions = sample === undefined ? firstOf(source, task.items) : await drawSample(source, sample, signal);
    if (shots === 0) return new ChosenItems(source, positions, undefined);
    const examples = await openShots(dataset, shots, signal);
    return new ChosenItems(source, await groupBySubject(source, positions, signal), examples);
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** How many items a sample of a dataset has. */
export async function countSample(dataset: Dataset, sample: Sample, signal: AbortSignal): Promise<number> {
  const source = await openItems(dataset, signal);
  try {
    return (await drawSample(source, sample, signal)).length;
  } finally {
    await source.close();
  }
}

/** Some items of a dataset, in an order of their own, with their worked examples. */
class ChosenItems implements ItemSource {
  readonly count: number;
  readonly #source: ItemSource;
  readonly #positions: readonly number[];
  readonly #shots: Shots | undefined;

  constructor(source: ItemSource, positions: readonly number[], shots: Shots | undefined) {
    this.#source = source;
    this.#positions = positions;
    this.#shots = shots;
    this.count = positions.length;
  }

  async item(index: number): Promise<Item> {
    const position = this.#positions[index];
    if (position === undefined) throw new RangeError(`the task has ${this.count} items, item ${index} was asked for`);
    const item = await this.#source.item(position);
    return { ...item, index, ...(this.#shots === undefined ? {} : { shots: this.#shots.before(item) }) };
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}

function firstOf(source: ItemSource, items: number): readonly number[] {
  return Array.from({ length: Math.min(items, source.count) }, (_, position) => position);
}

async function groupBySubject(
  source: ItemSource,
  positions: readonly number[],
  signal: AbortSignal,
): Promise<readonly number[]> {
  const groups = new Map<string, number[]>();
  for (const [index, position] of positions.entries()) {
    if (index % 1000 === 0) throwIfAborted(signal);
    const subject = (await source.item(position)).subject ?? "";
    const group = groups.get(subject);
    if (group === undefined) groups.set(subject, [position]);
    else group.push(position);
  }
  return [...groups.values()].flat();
}

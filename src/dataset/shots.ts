import { throwIfAborted, UsageError } from "../domain/errors.ts";
import type { Item } from "../domain/item.ts";
import type { Dataset } from "./dataset.ts";
import { openItems } from "./item-source.ts";

/** The worked examples of a dataset, ready to be put before its items. */
export interface Shots {
  /** Those of an item: its subject's first ones, in the order of the file; all items' where the dataset has no subjects. */
  before(item: Item): readonly Item[];
}

/** The dataset's worked examples as a dataset of their own; `undefined` when it has none. */
export function shotsDataset({ folder, manifest }: Dataset): Dataset | undefined {
  if (manifest.shots === undefined) return undefined;
  const { shots: file, ...rest } = manifest;
  return { folder, manifest: { ...rest, ...file } };
}

/** Reads the first `count` worked examples of each subject into memory. Throws `UsageError` when there are none, or they don't fit. */
export async function openShots(dataset: Dataset, count: number, signal: AbortSignal): Promise<Shots> {
  const { name, fields } = dataset.manifest;
  const set = shotsDataset(dataset);
  if (set === undefined)
    throw new UsageError(`dataset ${name} has no worked examples`, { hint: "ask with `shots: 0`" });
  const keyOf = (item: Item): string => (fields.subject === undefined ? "" : (item.subject ?? ""));
  const bySubject = new Map<string, Item[]>();
  const source = await openItems(set, signal);
  try {
    for (let index = 0; index < source.count; index += 1) {
      if (index % 1000 === 0) throwIfAborted(signal);
      const shot = await source.item(index);
      const shots = bySubject.get(keyOf(shot)) ?? [];
      if (shots.length === 0) bySubject.set(keyOf(shot), shots);
      if (shots.length < count) shots.push(shot);
    }
  } finally {
    await source.close();
  }
  return {
    before(item) {
      const shots = bySubject.get(keyOf(item)) ?? [];
      if (shots.length < count) {
        const whose = fields.subject === undefined ? "" : ` for "${item.subject ?? ""}"`;
        throw new UsageError(
          `dataset ${name} has ${shots.length} worked examples${whose}, and ${count} are asked for`,
          {
            hint: `ask with \`shots: ${shots.length}\``,
          },
        );
      }
      return shots;
    },
  };
}

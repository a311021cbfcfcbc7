import type { ItemSource } from "../../src/dataset/item-source.ts";
import type { Item } from "../../src/domain/item.ts";

/** Items in memory. */
export function itemsOf(items: readonly Item[]): ItemSource {
  return {
    count: items.length,
    item: async (index) => {
      const item = items[index];
      if (item === undefined) throw new RangeError(`no item ${index}`);
      return { ...item, index };
    },
    close: async () => {},
  };
}

export const countTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

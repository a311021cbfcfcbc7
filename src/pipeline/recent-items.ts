import type { ItemSource } from "../dataset/item-source.ts";
import type { Item } from "../domain/item.ts";

/** More than scoring is behind generation while it keeps up. */
const KEPT = 512;

/** Items of a source, the last of them at hand: an item that was just asked is wanted again when its answer is scored. */
export class RecentItems implements ItemSource {
  readonly count: number;
  readonly #source: ItemSource;
  /** Item i is in place i mod `KEPT`, if anywhere. */
  readonly #kept: (Item | undefined)[] = new Array<Item | undefined>(KEPT).fill(undefined);

  constructor(source: ItemSource) {
    this.#source = source;
    this.count = source.count;
  }

  async item(index: number): Promise<Item> {
    const place = index % KEPT;
    const kept = this.#kept[place];
    if (kept?.index === index) return kept;
    const item = await this.#source.item(index);
    this.#kept[place] = item;
    return item;
  }

  close(): Promise<void> {
    return this.#source.close();
  }
}

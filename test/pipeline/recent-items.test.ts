import { describe, expect, it } from "vitest";
import type { ItemSource } from "../../src/dataset/item-source.ts";
import { RecentItems } from "../../src/pipeline/recent-items.ts";
import { writingItem } from "../task/example-task.ts";

function counting(count: number): ItemSource & { readonly read: number[]; closed: boolean } {
  return {
    count,
    read: [],
    closed: false,
    async item(index) {
      if (index >= count) throw new RangeError(`item ${index}`);
      this.read.push(index);
      return writingItem({ id: `w${index}`, index });
    },
    async close() {
      this.closed = true;
    },
  };
}

describe("recent items", () => {
  it("are read once, while they are wanted again soon", async () => {
    const source = counting(300);
    const items = new RecentItems(source);
    for (let index = 0; index < 300; index += 1) expect((await items.item(index)).id).toBe(`w${index}`);
    for (let index = 0; index < 300; index += 1) expect((await items.item(index)).id).toBe(`w${index}`);
    expect(source.read).toHaveLength(300);
    expect(items.count).toBe(300);
  });

  it("give way to later ones, and are read again when they are wanted after that", async () => {
    const source = counting(5000);
    const items = new RecentItems(source);
    for (let index = 0; index < 5000; index += 1) await items.item(index);
    expect((await items.item(3)).id).toBe("w3");
    expect(source.read).toHaveLength(5001);
  });

  it("fail and close as their source does", async () => {
    const source = counting(2);
    const items = new RecentItems(source);
    await expect(items.item(2)).rejects.toThrow("item 2");
    await items.close();
    expect(source.closed).toBe(true);
  });
});

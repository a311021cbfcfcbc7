import { describe, expect, it } from "vitest";
import { drawSample, type Sample } from "../../src/dataset/sample.ts";
import type { Item } from "../../src/domain/item.ts";

const running = new AbortController().signal;

interface Row {
  readonly id: string;
  readonly subject?: string;
}

/** Thirty rows, ten of each subject. */
const ROWS: readonly Row[] = ["red", "green", "blue"].flatMap((subject) =>
  Array.from({ length: 10 }, (_, index) => ({ id: `${subject}-${index}`, subject })),
);

function sourceOf(rows: readonly Row[]) {
  return {
    count: rows.length,
    item: async (index: number): Promise<Item> => {
      const row = rows[index];
      if (row === undefined) throw new RangeError(`no row ${index}`);
      return { type: "generation", index, instruction: "", references: [], fields: {}, ...row };
    },
    close: async () => {},
  };
}

async function idsOf(rows: readonly Row[], sample: Sample): Promise<readonly string[]> {
  return (await drawSample(sourceOf(rows), sample, running)).map((position) => rows[position]?.id ?? "");
}

describe("a sample", () => {
  // Python: sorted(range(30), key=lambda p: hashlib.sha256(f"{seed}\n{ids[p]}".encode()).hexdigest())[:n], then sorted.
  it.each<[Sample, readonly number[]]>([
    [{ items: 4, seed: 0 }, [5, 6, 20, 27]],
    [{ items: 4, seed: 1 }, [13, 24, 26, 27]],
    [{ perSubject: 2, seed: 0 }, [5, 6, 11, 19, 20, 27]],
    [{ perSubject: 2, seed: 1 }, [2, 8, 13, 14, 26, 27]],
  ])("%j is the same for ever", async (sample, positions) => {
    expect(await drawSample(sourceOf(ROWS), sample, running)).toEqual(positions);
  });

  it.each([1, 2, 5])("of %i per subject is part of one of twice as many", async (perSubject) => {
    const small = await idsOf(ROWS, { perSubject, seed: 3 });
    const large = await idsOf(ROWS, { perSubject: 2 * perSubject, seed: 3 });
    expect(small).toHaveLength(3 * perSubject);
    expect(large).toHaveLength(6 * perSubject);
    expect(large).toEqual(expect.arrayContaining([...small]));
  });

  it("of some items is part of one of more", async () => {
    const small = await idsOf(ROWS, { items: 7, seed: 3 });
    expect(await idsOf(ROWS, { items: 20, seed: 3 })).toEqual(expect.arrayContaining([...small]));
  });

  it("has the same items when the rows are in another order, and loses none to a row that is added", async () => {
    const sample = { perSubject: 3, seed: 0 };
    const ids = await idsOf(ROWS, sample);
    expect([...(await idsOf(ROWS.toReversed(), sample))].sort()).toEqual([...ids].sort());
    const added = await idsOf([...ROWS, { id: "red-new", subject: "red" }], sample);
    expect(ids.filter((id) => !added.includes(id)).length).toBeLessThanOrEqual(1);
  });

  it("takes all that a subject has when it has fewer", async () => {
    const rows = [...ROWS, { id: "grey-0", subject: "grey" }];
    expect(await idsOf(rows, { perSubject: 4, seed: 0 })).toHaveLength(13);
    expect(await idsOf(rows, { items: 100, seed: 0 })).toHaveLength(31);
  });

  it("is as random as it should be: over many seeds each item comes as often as another", async () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 300; seed += 1)
      for (const id of await idsOf(ROWS, { items: 10, seed })) counts.set(id, (counts.get(id) ?? 0) + 1);
    // Binomial(300, 1/3): mean 100, standard deviation 8.2.
    expect(counts.size).toBe(30);
    for (const count of counts.values()) expect(Math.abs(count - 100)).toBeLessThan(4 * 8.2);
  });

  it("holds no more of a large stratum than it needs, and chooses the same", async () => {
    const rows = Array.from({ length: 5000 }, (_, index) => ({ id: `item ${index}`, subject: "one" }));
    expect(await idsOf(rows, { perSubject: 5, seed: 9 })).toEqual(await idsOf(rows, { items: 5, seed: 9 }));
    const all = await idsOf(rows, { items: 5000, seed: 9 });
    expect(all).toEqual(rows.map((row) => row.id));
  });

  it("per subject is refused where an item has none", async () => {
    const rows = [...ROWS, { id: "lost" }];
    await expect(idsOf(rows, { perSubject: 1, seed: 0 })).rejects.toThrow('item "lost" has no subject');
    expect(await idsOf(rows, { items: 31, seed: 0 })).toContain("lost");
  });
});

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { countSample, openTaskItems, type TaskItems } from "../../src/dataset/task-items.ts";
import type { Item } from "../../src/domain/item.ts";
import { quizRow, writeQuizSet } from "./quiz-set.ts";

const running = new AbortController().signal;

/** Two subjects whose rows stand mixed. */
const ROWS = ["law-0", "art-0", "law-1", "art-1", "law-2", "art-2"].map((id) => quizRow(id.slice(0, 3), id));
const SHOTS = ["art-x", "law-x", "law-y", "art-y", "art-z"].map((id) => quizRow(id.slice(0, 3), id, "C"));

async function itemsOf(task: TaskItems): Promise<readonly Item[]> {
  const source = await openTaskItems(task, running);
  onTestFinished(() => source.close());
  return Promise.all(Array.from({ length: Math.min(task.items, source.count) }, (_, index) => source.item(index)));
}

const idsOf = (items: readonly Item[] | undefined): readonly string[] => (items ?? []).map((item) => item.id);

describe("the items of a task", () => {
  it("are the dataset's first, in its order", async () => {
    const items = await itemsOf({ dataset: await writeQuizSet(ROWS), items: 3 });
    expect(idsOf(items)).toEqual(["law-0", "art-0", "law-1"]);
    expect(items.map((item) => item.shots)).toEqual([undefined, undefined, undefined]);
  });

  it("are those of the sample, numbered by their place in it", async () => {
    const dataset = await writeQuizSet(ROWS);
    const sample = { perSubject: 2, seed: 4 };
    const items = await itemsOf({ dataset, items: await countSample(dataset, sample, running), sample });
    expect(items.map((item) => item.index)).toEqual([0, 1, 2, 3]);
    expect(items.filter((item) => item.subject === "law")).toHaveLength(2);
    expect(idsOf(items)).toEqual(ROWS.map((row) => row.id).filter((id) => idsOf(items).includes(id)));
  });

  it("stand together by subject when worked examples precede them", async () => {
    const items = await itemsOf({ dataset: await writeQuizSet(ROWS, SHOTS), items: 6, shots: 2 });
    expect(idsOf(items)).toEqual(["law-0", "law-1", "law-2", "art-0", "art-1", "art-2"]);
    expect(items.map((item) => item.index)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("have the first worked examples of their subject, in the order of the file", async () => {
    const items = await itemsOf({ dataset: await writeQuizSet(ROWS, SHOTS), items: 6, shots: 2 });
    for (const item of items)
      expect(idsOf(item.shots)).toEqual(item.subject === "law" ? ["law-x", "law-y"] : ["art-x", "art-y"]);
  });

  it("share all worked examples where the dataset has no subjects", async () => {
    const dataset = await writeQuizSet(ROWS, SHOTS, { fields: {} });
    const items = await itemsOf({ dataset, items: 6, shots: 3 });
    expect(idsOf(items)).toEqual(ROWS.map((row) => row.id));
    for (const item of items) expect(idsOf(item.shots)).toEqual(["art-x", "law-x", "law-y"]);
  });

  it("need as many worked examples as are asked for, of every subject", async () => {
    await expect(itemsOf({ dataset: await writeQuizSet(ROWS, SHOTS), items: 6, shots: 3 })).rejects.toThrow(
      'dataset example has 2 worked examples for "law", and 3 are asked for',
    );
    await expect(itemsOf({ dataset: await writeQuizSet(ROWS), items: 6, shots: 1 })).rejects.toThrow(
      "dataset example has no worked examples",
    );
  });

  it("refuse worked examples that were changed", async () => {
    const dataset = await writeQuizSet(ROWS, SHOTS);
    await writeFile(join(dataset.folder, "shots.jsonl"), `${JSON.stringify(quizRow("law", "other"))}\n`);
    await expect(itemsOf({ dataset, items: 6, shots: 1 })).rejects.toThrow(/shots\.jsonl: its sha256 is /);
  });
});

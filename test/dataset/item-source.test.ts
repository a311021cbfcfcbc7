import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Dataset } from "../../src/dataset/dataset.ts";
import { type ItemSource, openItems } from "../../src/dataset/item-source.ts";
import { InterruptedError, UsageError } from "../../src/domain/errors.ts";
import { seededRandom } from "../../src/stats/random.ts";
import { writeDataset } from "./example-manifest.ts";

/** What the source reads from disk at a time; rows are made to lie across it. */
const WINDOW_BYTES = 1 << 16;
const running = new AbortController().signal;

async function open(dataset: Dataset): Promise<ItemSource> {
  const source = await openItems(dataset, running);
  onTestFinished(() => source.close());
  return source;
}

async function promptsOf(source: ItemSource): Promise<readonly string[]> {
  const prompts: string[] = [];
  for (let index = 0; index < source.count; index += 1) {
    const item = await source.item(index);
    expect(item.index).toBe(index);
    prompts.push(item.type === "generation" ? item.instruction : "");
  }
  return prompts;
}

const row = (prompt: string): string => JSON.stringify({ prompt });

describe("items by position", () => {
  it.each([
    ["lines that end in \\n", "\n", true],
    ["lines that end in \\r\\n", "\r\n", true],
    ["no newline at the end", "\n", false],
    ["\\r\\n and no newline at the end", "\r\n", false],
  ])("with %s", async (_, newline, last) => {
    const prompts = ["one", "two", "three"];
    const text = prompts.map(row).join(newline) + (last ? newline : "");
    expect(await promptsOf(await open(await writeDataset(text, { items: 3 })))).toEqual(prompts);
  });

  it("with a byte-order mark", async () => {
    const source = await open(await writeDataset(`\uFEFF${row("one")}\n${row("two")}\n`, { items: 2 }));
    expect(await promptsOf(source)).toEqual(["one", "two"]);
  });

  it("with blank lines, which are no items but count as lines", async () => {
    const text = `\n  \n${row("one")}\n\r\n\t\n${row("two")}\n{}\n\n`;
    const source = await open(await writeDataset(text, { items: 3 }));
    expect(await source.item(1)).toMatchObject({ instruction: "two" });
    await expect(source.item(2)).rejects.toThrow(/items\.jsonl:7: field "prompt"/);
  });

  it("with separators inside texts that other readers take for line ends", async () => {
    const prompts = ["a\u2028b\u2029c", "d\u0085e"];
    const source = await open(await writeDataset(prompts.map(row).join("\n"), { items: 2 }));
    expect(await promptsOf(source)).toEqual(prompts);
  });

  it("with a line of a megabyte between short ones", async () => {
    const prompts = ["short", "é".repeat(1 << 19), "short again"];
    const source = await open(await writeDataset(prompts.map(row).join("\n"), { items: 3 }));
    expect(await promptsOf(source)).toEqual(prompts);
    expect(await source.item(0)).toMatchObject({ instruction: "short" });
  });

  it("with characters of several bytes at every border of a window", async () => {
    // The second row's bytes, newline included, are moved byte by byte across the end of the first window.
    const second = `${row("🙂é漢")}\n`;
    for (let shift = -1; shift <= Buffer.byteLength(second) + 1; shift += 1) {
      const filler = "x".repeat(WINDOW_BYTES - Buffer.byteLength(`${row("")}\n${second}`) + shift);
      const prompts = [filler, "🙂é漢", "after"];
      const source = await open(await writeDataset(prompts.map(row).join("\n"), { items: 3 }));
      expect(await promptsOf(source), `shift ${shift}`).toEqual(prompts);
    }
  });

  it("are the same in any order as in order, and side by side", async () => {
    const random = seededRandom(7);
    const prompts = Array.from({ length: 400 }, (_, index) => `${index} ${"ü".repeat(Math.floor(random() * 1500))}`);
    const source = await open(await writeDataset(prompts.map(row).join("\n"), { items: 400 }));
    const inOrder = await promptsOf(source);
    expect(inOrder).toEqual(prompts);
    const order = prompts.map((_, index) => (index * 151) % 400);
    for (const index of order) expect(await source.item(index)).toMatchObject({ instruction: prompts[index] });
    const together = await Promise.all(order.map((index) => source.item(index)));
    expect(together.map((item) => item.index)).toEqual(order);
    expect(together.map((item) => item.id)).toEqual(order.map(String));
  });

  it.each([-1, 2, 0.5])("refuses position %d of two", async (index) => {
    const source = await open(await writeDataset(`${row("a")}\n${row("b")}`, { items: 2 }));
    await expect(source.item(index)).rejects.toThrow(RangeError);
  });
});

describe("opening items", () => {
  it("refuses a file that is not the one of the manifest", async () => {
    const dataset = await writeDataset(`${row("a")}\n`, { items: 1 });
    await writeFile(join(dataset.folder, "items.jsonl"), `${row("b")}\n`);
    const error: unknown = await openItems(dataset, running).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toMatch(/items\.jsonl: its sha256 is [0-9a-f]{12}…, the manifest says [0-9a-f]{12}…/);
    expect((error as UsageError).hint).toContain("restore the file");
  });

  it.each([0, 1, 3])("refuses two rows where the manifest says %i", async (items) => {
    const dataset = await writeDataset(`${row("a")}\n${row("b")}\n`, { items });
    await expect(openItems(dataset, running)).rejects.toThrow(`it has 2 rows, the manifest says ${items}`);
  });

  it("refuses a file that isn't there", async () => {
    const dataset = await writeDataset("", { items: 0, file: "other.jsonl" });
    await expect(openItems(dataset, running)).rejects.toThrow(/other\.jsonl: the dataset's items can't be read/);
  });

  it("takes an empty file as no items", async () => {
    expect((await open(await writeDataset("", { items: 0 }))).count).toBe(0);
  });

  it("stops when the run is stopped", async () => {
    const dataset = await writeDataset(`${row("a")}\n`, { items: 1 });
    await expect(openItems(dataset, AbortSignal.abort())).rejects.toThrow(InterruptedError);
  });

  it.each(['{"prompt": "a"', "not json", '{"prompt": "a"} {}'])("names the line of a row like %s", async (bad) => {
    const source = await open(await writeDataset(`${row("a")}\n${bad}\n`, { items: 2 }));
    await expect(source.item(1)).rejects.toThrow(/items\.jsonl:2: not valid JSON/);
    expect(await source.item(0)).toMatchObject({ instruction: "a" });
  });
});

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LineFile } from "../../src/store/line-file.ts";
import { START } from "../../src/store/run-store.ts";
import { temporaryFolder } from "../support/cli.ts";
import { collect } from "../support/collect.ts";

const running = new AbortController().signal;

async function opened(): Promise<{ readonly file: LineFile; readonly path: string }> {
  const path = join(await temporaryFolder(), "lines.jsonl");
  const file = new LineFile(path);
  onTestFinished(() => file.close());
  return { file, path };
}

describe("a file of lines", () => {
  it("holds a line when its promise resolves, however many are written together", async () => {
    const { file, path } = await opened();
    const lines = Array.from({ length: 200 }, (_, index) => `line ${index} é`);
    const written = lines.map(async (line) => {
      await file.append(line);
      expect((await readFile(path, "utf8")).split("\n")).toContain(line);
    });
    await Promise.all(written);
    expect(await readFile(path, "utf8")).toBe(`${lines.join("\n")}\n`);
  });

  it("gives its reader what was appended before, written or not, from any line on", async () => {
    const { file } = await opened();
    file.appendSoon("one");
    const [one] = await collect(file.lines(START, running));
    expect(one).toEqual({ text: "one", next: 4 });
    file.appendSoon("two");
    const third = file.append("three");
    expect(file.end()).toBe(14);
    expect((await collect(file.lines(4, running))).map(({ text }) => text)).toEqual(["two", "three"]);
    await third;
  });

  it("reads lines longer than what is read at a time, and many of them", async () => {
    const { file } = await opened();
    const lines = Array.from({ length: 40 }, (_, index) => `${index}`.repeat(1 + ((index * 7919) % 30_000)));
    for (const line of lines) file.appendSoon(line);
    await file.append("x".repeat(600_000));
    const read = (await collect(file.lines(START, running))).map(({ text }) => text);
    expect(read).toEqual([...lines, "x".repeat(600_000)]);
  });

  it("writes what waits when it is closed", async () => {
    const { file, path } = await opened();
    file.appendSoon("one");
    await file.close();
    expect(await readFile(path, "utf8")).toBe("one\n");
    expect((await collect(file.lines(START, running))).map(({ text }) => text)).toEqual(["one"]);
  });
});

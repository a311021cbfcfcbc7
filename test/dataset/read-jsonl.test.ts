import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readJsonl } from "../../src/dataset/read-jsonl.ts";
import { readLines } from "../../src/dataset/read-lines.ts";
import { InterruptedError } from "../../src/domain/errors.ts";
import { temporaryFolder } from "../support/cli.ts";
import { collect } from "../support/collect.ts";

const running = new AbortController().signal;

async function written(text: string): Promise<string> {
  const path = join(await temporaryFolder(), "rows.jsonl");
  await writeFile(path, text);
  return path;
}

async function linesOf(text: string) {
  return collect(readLines(await written(text), running));
}

describe("the lines of a file", () => {
  it("end in \\n or \\r\\n, the last one in nothing; a byte-order mark is no text", async () => {
    expect(await linesOf("\uFEFFone\r\n\ntwo\nthree")).toEqual([
      { line: 1, text: "one" },
      { line: 2, text: "" },
      { line: 3, text: "two" },
      { line: 4, text: "three" },
    ]);
    expect(await linesOf("one\n")).toEqual([{ line: 1, text: "one" }]);
    expect(await linesOf("")).toEqual([]);
  });

  it("don't end in U+2028, U+2029 or a lone \\r, which JSON lets stand", async () => {
    expect(await linesOf("a\u2028b\u2029c\rd\n")).toEqual([{ line: 1, text: "a\u2028b\u2029c\rd" }]);
  });

  it("may be longer than what is read at a time, with characters across its borders", async () => {
    const long = "x🙂é".repeat(100_000);
    expect(await linesOf(`${long}\n${long}`)).toEqual([
      { line: 1, text: long },
      { line: 2, text: long },
    ]);
  });

  it("of a file that isn't there reject", async () => {
    await expect(collect(readLines("/nowhere/rows.jsonl", running))).rejects.toThrow("ENOENT");
  });

  it("stop with the run", async () => {
    await expect(collect(readLines(await written("a\n"), AbortSignal.abort()))).rejects.toThrow(InterruptedError);
  });
});

describe("rows of a JSON Lines file", () => {
  it("come with their places; blank lines are no rows", async () => {
    const path = await written('{"a":1}\n\n  \n[2]\n');
    expect(await collect(readJsonl(path, running))).toEqual([
      { row: { a: 1 }, place: { file: path, line: 1 } },
      { row: [2], place: { file: path, line: 4 } },
    ]);
  });

  it("that are no JSON are told with their place, and the next ones are read", async () => {
    const path = await written('{"a":1}\n{"a":\n{"a":2}\n');
    expect(await collect(readJsonl(path, running))).toEqual([
      { row: { a: 1 }, place: { file: path, line: 1 } },
      { problem: "not valid JSON; each line must be one JSON object", place: { file: path, line: 2 } },
      { row: { a: 2 }, place: { file: path, line: 3 } },
    ]);
  });
});

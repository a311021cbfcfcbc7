import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readModelGraph } from "../../src/onnx/graph.ts";
import { scanModelFile } from "../../src/onnx/scan-model-file.ts";
import { exportedFile } from "./exports/exports.ts";

const { signal } = new AbortController();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "quantgate-scan-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("scanning a model file", () => {
  it("names the data files beside the model", async () => {
    expect((await scanModelFile(exportedFile("bert-external"), signal)).externalFiles).toEqual([
      "bert-external.onnx_data",
    ]);
    expect((await scanModelFile(exportedFile("bert"), signal)).externalFiles).toEqual([]);
  });

  it.each(["bert", "bert-int8", "deberta", "bert-dynamo"])(
    "sees the operations of %s that decoding all of it sees",
    async (name) => {
      const { nodes } = readModelGraph(readFileSync(exportedFile(name)));
      const { operators } = await scanModelFile(exportedFile(name), signal);
      expect([...operators].sort()).toEqual([...new Set(nodes.map(({ op }) => op))].sort());
    },
  );

  it.each([
    ["a text file", Buffer.from("this is no model at all"), "no ONNX model"],
    ["an empty file", Buffer.alloc(0), "it has no graph"],
    ["a file that was cut short", readFileSync(exportedFile("bert")).subarray(0, 50_000), "cut short"],
  ])("refuses %s", async (_, contents, words) => {
    const file = join(folder, "broken.onnx");
    writeFileSync(file, contents);
    await expect(scanModelFile(file, signal)).rejects.toThrow(words);
  });

  it("stops when it is told to", async () => {
    await expect(scanModelFile(exportedFile("bert"), AbortSignal.abort())).rejects.toThrow("interrupted");
  });
});

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Tensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CUT_OUTPUT, cutGraph } from "../../src/onnx/cut-graph.ts";
import { findHiddenState } from "../../src/onnx/find-layers.ts";
import { readModelGraph } from "../../src/onnx/graph.ts";
import { openSession } from "../../src/onnx/inference-session.ts";
import { EXPECTED, expectedHidden, exportedFile } from "./exports/exports.ts";
import { greatestDifference } from "./greatest-difference.ts";

const CPU = { provider: "cpu", threads: 1 } as const;
let folder: string;

beforeAll(() => {
  process.env.ORT_DISABLE_TELEMETRY = "1";
  folder = mkdtempSync(join(tmpdir(), "quantgate-cut-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Cuts an exported model after a layer and runs every text on the cut. */
async function hiddenStates(name: string, layer: number) {
  const graph = readModelGraph(readFileSync(exportedFile(name)));
  const cut = cutGraph(graph, findHiddenState(graph, layer, EXPECTED.layers).tensor);
  const file = join(folder, `${name}-${layer}.onnx`);
  writeFileSync(file, Buffer.concat(cut.chunks));
  const session = await openSession(file, CPU);
  const states = [];
  for (const ids of EXPECTED.ids) {
    const tensor = (value: (id: number) => number) =>
      new Tensor(
        "int64",
        BigInt64Array.from(ids, (id) => BigInt(value(id))),
        [1, ids.length],
      );
    const all = { input_ids: tensor((id) => id), attention_mask: tensor(() => 1), token_type_ids: tensor(() => 0) };
    const feeds = Object.fromEntries(Object.entries(all).filter(([input]) => session.inputNames.includes(input)));
    states.push((await session.run(feeds))[CUT_OUTPUT]?.data as Float32Array);
  }
  await session.release();
  return { states, cut, outputs: session.outputNames };
}

describe("a cut model", () => {
  // Expected numbers: PyTorch, test/onnx/exports/make_exports.py
  describe.each(["bert", "bert-dynamo", "bert-words", "roberta", "mpnet", "distilbert", "deberta"])("of %s", (name) => {
    it.each([1, 2])("gives PyTorch's hidden states of layer %i", async (layer) => {
      const { states, outputs } = await hiddenStates(name, layer);
      expect(outputs).toEqual([CUT_OUTPUT]);
      for (const [text, values] of states.entries())
        expect(greatestDifference(values, expectedHidden(name, text, layer))).toBeLessThan(1e-5);
    });
  });

  it.each(["bert", "bert-dynamo", "roberta", "mpnet", "distilbert"])(
    "gives the embeddings of %s as layer 0",
    async (name) => {
      const { states } = await hiddenStates(name, 0);
      for (const [text, values] of states.entries())
        expect(greatestDifference(values, expectedHidden(name, text, 0))).toBeLessThan(1e-5);
    },
  );

  it("gives float32 where the model computes in half precision", async () => {
    const { states } = await hiddenStates("bert-fp16", 1);
    for (const [text, values] of states.entries()) {
      expect(values).toBeInstanceOf(Float32Array);
      // Half precision has 11 significant bits.
      expect(greatestDifference(values, expectedHidden("bert", text, 1))).toBeLessThan(2e-2);
    }
  });

  it("works on int8 weights", async () => {
    const { states } = await hiddenStates("bert-int8", 1);
    for (const [text, values] of states.entries())
      expect(greatestDifference(values, expectedHidden("bert", text, 1))).toBeLessThan(0.2);
  });

  it("refers to the external data beside it", async () => {
    const data = "bert-external.onnx_data";
    await copyFile(join(dirname(exportedFile("bert-external")), data), join(folder, data));
    const { states } = await hiddenStates("bert-external", 1);
    for (const [text, values] of states.entries())
      expect(greatestDifference(values, expectedHidden("bert", text, 1))).toBeLessThan(1e-5);
  });

  it("has lost the layers above, their weights, and the rest of the model", async () => {
    const whole = readModelGraph(readFileSync(exportedFile("bert")));
    const { cut } = await hiddenStates("bert", 1);
    const part = readModelGraph(Buffer.concat(cut.chunks));
    expect(cut.keptNodes + cut.droppedNodes).toBe(whole.nodes.length);
    expect(part.nodes).toHaveLength(cut.keptNodes + 1);
    expect(part.nodes.filter(({ name }) => name.includes("layer.1"))).toEqual([]);
    expect(part.initializers.filter(({ name }) => name.includes("layer.1"))).toEqual([]);
    expect(part.initializers.length).toBeLessThan(whole.initializers.length);
    expect(part.outputs.map(({ name }) => name)).toEqual([CUT_OUTPUT]);
  });

  it("keeps the nodes of the original as they were, byte for byte", async () => {
    const whole = new Set(
      readModelGraph(readFileSync(exportedFile("bert"))).nodes.map(({ encoded }) =>
        Buffer.from(encoded).toString("hex"),
      ),
    );
    const { cut } = await hiddenStates("bert", 1);
    const kept = readModelGraph(Buffer.concat(cut.chunks)).nodes.slice(0, -1);
    expect(kept.length).toBeGreaterThan(0);
    for (const { encoded } of kept) expect(whole.has(Buffer.from(encoded).toString("hex"))).toBe(true);
  });

  it("can't end with a value that nothing computes", () => {
    const graph = readModelGraph(readFileSync(exportedFile("bert")));
    expect(() => cutGraph(graph, "input_ids")).toThrow('no node of the graph computes "input_ids"');
  });
});

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { findHiddenState } from "../../src/onnx/find-layers.ts";
import { ELEMENT_TYPE, readModelGraph } from "../../src/onnx/graph.ts";
import { GraphBuilder } from "../../src/onnx/graph-builder.ts";
import { ModelError } from "../../src/onnx/model-error.ts";
import { exportedFile } from "./exports/exports.ts";

const exported = (name: string) => readModelGraph(readFileSync(exportedFile(name)));

/** A graph with the LayerNorms of a transformer, and nothing else. */
function skeleton(options: {
  layers: number;
  normFirst?: boolean;
  names?: (layer: number, sublayer: number) => string;
  extraNorm?: boolean;
}) {
  const { layers, normFirst = false, names = () => "", extraNorm = false } = options;
  const graph = new GraphBuilder();
  const gain = graph.tensor("gain", [4], new Float32Array(4).fill(1));
  const norm = (value: string, name = "") => graph.node("LayerNormalization", [value, gain, gain], { axis: -1 }, name);
  const branch = (value: string) => graph.node("MatMul", [value, "weight"]);
  graph.tensor("weight", [4, 4], new Float32Array(16));
  let hidden = graph.input("input", ELEMENT_TYPE.float, ["batch", "sequence", "width"]);
  if (!normFirst) hidden = norm(hidden);
  for (let layer = 0; layer < layers; layer++) {
    for (const sublayer of [0, 1]) {
      const name = names(layer, sublayer);
      const inner = normFirst ? branch(norm(hidden, name)) : branch(hidden);
      const sum = graph.node("Add", [inner, hidden]);
      hidden = normFirst ? sum : norm(sum, name);
    }
  }
  if (extraNorm) hidden = norm(branch(hidden));
  graph.output(hidden, ELEMENT_TYPE.float, ["batch", "sequence", "width"]);
  return readModelGraph(Buffer.concat(graph.build(17)));
}

describe("finding a hidden state", () => {
  it("hears two witnesses in exports of PyTorch", () => {
    const found = ["bert", "bert-int8", "bert-fp16", "bert-words", "roberta", "mpnet", "distilbert"].map(
      (name) => findHiddenState(exported(name), 1, 2).foundBy,
    );
    expect(found).toEqual(Array(7).fill("name and structure"));
  });

  it("relies on structure where the exporter drops the names", () => {
    expect(findHiddenState(exported("bert-dynamo"), 1, 2)).toEqual({ tensor: "layer_norm_2", foundBy: "structure" });
  });

  it("relies on names where the chain is broken, as in DeBERTa, whose embeddings are masked after their LayerNorm", () => {
    expect(findHiddenState(exported("deberta"), 1, 2).foundBy).toBe("name");
  });

  it("counts no LayerNorm of a head as a layer", () => {
    const plain = findHiddenState(skeleton({ layers: 3 }), 3, 3);
    expect(findHiddenState(skeleton({ layers: 3, extraNorm: true }), 3, 3)).toEqual(plain);
  });

  it("doesn't guess where LayerNorm comes before each sublayer", () => {
    const graph = skeleton({ layers: 3, normFirst: true });
    expect(() => findHiddenState(graph, 2, 3)).toThrow(ModelError);
    expect(() => findHiddenState(graph, 2, 3)).toThrow("can't tell which value");
  });

  it("doesn't guess where config.json speaks of another number of layers", () => {
    expect(() => findHiddenState(skeleton({ layers: 3 }), 2, 4)).toThrow("of 9 LayerNorms in a row only 7 were found");
  });

  it("refuses names that contradict the structure", () => {
    const named = (where: number) => (layer: number, sublayer: number) =>
      sublayer === where ? `/encoder/layer.${layer}/output/LayerNorm/LayerNormalization` : "";
    expect(findHiddenState(skeleton({ layers: 2, names: named(1) }), 1, 2).foundBy).toBe("name and structure");
    expect(() => findHiddenState(skeleton({ layers: 2, names: named(0) }), 1, 2)).toThrow("by name it is");
  });

  it.each([-1, 4, 1.5])("knows no layer %d of a model with three", (layer) => {
    expect(() => findHiddenState(skeleton({ layers: 3 }), layer, 3)).toThrow("the model has 3 layers");
  });
});

import { ELEMENT_TYPE } from "../../src/onnx/graph.ts";
import { GraphBuilder } from "../../src/onnx/graph-builder.ts";

/** The measures of an encoder; everything about its speed follows from them. */
export interface EncoderShape {
  readonly name: string;
  readonly architecture: "bert" | "mpnet";
  readonly layers: number;
  readonly width: number;
  readonly heads: number;
  readonly feedForward: number;
  readonly vocabulary: number;
  readonly positions: number;
}

/** sentence-transformers/all-MiniLM-L6-v2, from its config.json. */
export const MINILM_L6: EncoderShape = {
  name: "MiniLM-L6",
  architecture: "bert",
  layers: 6,
  width: 384,
  heads: 12,
  feedForward: 1536,
  vocabulary: 30522,
  positions: 512,
};

/** microsoft/mpnet-base (and all-mpnet-base-v2), from its config.json. */
export const MPNET_BASE: EncoderShape = {
  name: "mpnet-base",
  architecture: "mpnet",
  layers: 12,
  width: 768,
  heads: 12,
  feedForward: 3072,
  vocabulary: 30527,
  positions: 514,
};

const OPERATOR_SET = 17;
const LAYER_NORM_EPSILON = { bert: 1e-12, mpnet: 1e-5 } as const;
const PADDING_ID = { bert: 0, mpnet: 1 } as const;
const MASKED = -3.4e38;
/** MPNet's relative positions: 32 buckets, half of them for each direction, distances up to 128 told apart. */
const POSITION_BUCKETS = { count: 32, exact: 8, furthest: 128 } as const;

/** A post-LayerNorm encoder as a hub export would spell it out, with weights that `uniform` draws (from -1 to 1). */
export function encoderGraph(shape: EncoderShape, uniform: () => number): Uint8Array[] {
  return new EncoderGraph(shape, uniform).build();
}

class EncoderGraph {
  readonly #shape: EncoderShape;
  readonly #uniform: () => number;
  readonly #graph = new GraphBuilder();
  /** Constant shapes: split into heads, and joined again. */
  readonly #splitShape: string;
  readonly #joinedShape: string;

  constructor(shape: EncoderShape, uniform: () => number) {
    this.#shape = shape;
    this.#uniform = uniform;
    this.#splitShape = this.#graph.integers([0, 0, shape.heads, shape.width / shape.heads]);
    this.#joinedShape = this.#graph.integers([0, 0, shape.width]);
  }

  build(): Uint8Array[] {
    const { architecture, layers } = this.#shape;
    const graph = this.#graph;
    const sequence = ["batch", "sequence"];
    const ids = graph.input("input_ids", ELEMENT_TYPE.int64, sequence);
    const mask = graph.input("attention_mask", ELEMENT_TYPE.int64, sequence);
    const types = architecture === "bert" ? graph.input("token_type_ids", ELEMENT_TYPE.int64, sequence) : undefined;
    let hidden = this.#embeddings(ids, types);
    let bias = this.#maskBias(mask);
    if (architecture === "mpnet") bias = graph.node("Add", [this.#relativePositions(ids), bias]);
    for (let layer = 0; layer < layers; layer++) hidden = this.#layer(hidden, bias, `/encoder/layer.${layer}`);
    graph.namedOutput("last_hidden_state", hidden, ELEMENT_TYPE.float, [...sequence, "width"]);
    return graph.build(OPERATOR_SET);
  }

  #weights(name: string, dims: readonly number[], spread: number): string {
    const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
    for (let index = 0; index < data.length; index++) data[index] = spread * this.#uniform();
    return this.#graph.tensor(name, dims, data);
  }

  #linear(input: string, from: number, to: number, name: string): string {
    const product = this.#graph.node(
      "MatMul",
      [input, this.#weights(`${name}.weight`, [from, to], 0.05)],
      {},
      `${name}/MatMul`,
    );
    return this.#graph.node("Add", [this.#weights(`${name}.bias`, [to], 0.02), product], {}, `${name}/Add`);
  }

  #layerNorm(input: string, name: string): string {
    const { architecture, width } = this.#shape;
    const scale = this.#graph.tensor(`${name}.weight`, [width], new Float32Array(width).fill(1));
    const shift = this.#weights(`${name}.bias`, [width], 0.02);
    const attributes = { axis: -1, epsilon: { float: LAYER_NORM_EPSILON[architecture] } };
    return this.#graph.node("LayerNormalization", [input, scale, shift], attributes, `${name}/LayerNormalization`);
  }

  #embeddings(ids: string, types: string | undefined): string {
    const { vocabulary, width, positions } = this.#shape;
    const graph = this.#graph;
    const table = (name: string, rows: number) => this.#weights(`embeddings.${name}.weight`, [rows, width], 0.05);
    let sum = graph.node("Gather", [table("word_embeddings", vocabulary), ids]);
    if (types !== undefined)
      sum = graph.node("Add", [sum, graph.node("Gather", [table("token_type_embeddings", 2), types])]);
    const position = graph.node("Gather", [table("position_embeddings", positions), this.#positionIds(ids)]);
    return this.#layerNorm(graph.node("Add", [sum, position]), "/embeddings/LayerNorm");
  }

  /** BERT counts positions from 0; MPNet counts the tokens that aren't padding, from 2. */
  #positionIds(ids: string): string {
    const graph = this.#graph;
    if (this.#shape.architecture === "bert") return graph.node("Unsqueeze", [this.#range(ids), graph.integers([0])]);
    const padding = graph.integers(PADDING_ID.mpnet);
    const real = graph.node("Not", [graph.node("Equal", [ids, padding])]);
    const counted = graph.node("Cast", [real], { to: ELEMENT_TYPE.int64 });
    const running = graph.node("Mul", [graph.node("CumSum", [counted, graph.integers(1)]), counted]);
    return graph.node("Add", [running, padding]);
  }

  /** 0, 1, … up to the sequence's length. */
  #range(ids: string): string {
    const graph = this.#graph;
    const length = graph.node("Gather", [graph.node("Shape", [ids]), graph.integers(1)]);
    return graph.node("Range", [graph.integers(0), length, graph.integers(1)]);
  }

  #maskBias(mask: string): string {
    const graph = this.#graph;
    const wide = graph.node("Unsqueeze", [mask, graph.integers([1, 2])]);
    const inverted = graph.node("Sub", [graph.float(1), graph.node("Cast", [wide], { to: ELEMENT_TYPE.float })]);
    return graph.node("Mul", [inverted, graph.float(MASKED)]);
  }

  #relativePositions(ids: string): string {
    const graph = this.#graph;
    const { count, exact, furthest } = POSITION_BUCKETS;
    const range = this.#range(ids);
    const from = graph.node("Unsqueeze", [range, graph.integers([1])]);
    const to = graph.node("Unsqueeze", [range, graph.integers([0])]);
    const behind = graph.node("Sub", [from, to]);
    const ahead = graph.node("Cast", [graph.node("Less", [behind, graph.integers(0)])], { to: ELEMENT_TYPE.int64 });
    const distance = graph.node("Abs", [behind]);
    const ratio = graph.node("Div", [graph.node("Cast", [distance], { to: ELEMENT_TYPE.float }), graph.float(exact)]);
    const floored = graph.node("Max", [ratio, graph.float(1)]);
    const scale = graph.float((count / 2 - exact) / Math.log(furthest / exact));
    const logarithm = graph.node("Mul", [graph.node("Log", [floored]), scale]);
    const large = graph.node("Add", [
      graph.node("Cast", [logarithm], { to: ELEMENT_TYPE.int64 }),
      graph.integers(exact),
    ]);
    const capped = graph.node("Min", [large, graph.integers(count / 2 - 1)]);
    const near = graph.node("Less", [distance, graph.integers(exact)]);
    const bucket = graph.node("Add", [
      graph.node("Mul", [ahead, graph.integers(count / 2)]),
      graph.node("Where", [near, distance, capped]),
    ]);
    const table = this.#weights("encoder.relative_attention_bias.weight", [count, this.#shape.heads], 0.05);
    const values = graph.node("Transpose", [graph.node("Gather", [table, bucket])], { perm: [2, 0, 1] });
    return graph.node("Unsqueeze", [values, graph.integers([0])]);
  }

  #heads(input: string, perm: readonly number[]): string {
    return this.#graph.node("Transpose", [this.#graph.node("Reshape", [input, this.#splitShape])], { perm });
  }

  #layer(input: string, bias: string, name: string): string {
    const { width, heads, feedForward } = this.#shape;
    const graph = this.#graph;
    const query = this.#heads(this.#linear(input, width, width, `${name}/attention/self/query`), [0, 2, 1, 3]);
    const key = this.#heads(this.#linear(input, width, width, `${name}/attention/self/key`), [0, 2, 3, 1]);
    const value = this.#heads(this.#linear(input, width, width, `${name}/attention/self/value`), [0, 2, 1, 3]);
    const raw = graph.node("MatMul", [query, key], {}, `${name}/attention/self/MatMul`);
    const scaled = graph.node("Div", [raw, graph.float(Math.sqrt(width / heads))]);
    const weights = graph.node("Softmax", [graph.node("Add", [scaled, bias])], { axis: -1 });
    const mixed = graph.node("Transpose", [graph.node("MatMul", [weights, value])], { perm: [0, 2, 1, 3] });
    const joined = graph.node("Reshape", [mixed, this.#joinedShape]);
    const projected = this.#linear(joined, width, width, `${name}/attention/output/dense`);
    const attended = this.#layerNorm(graph.node("Add", [projected, input]), `${name}/attention/output/LayerNorm`);
    const inner = this.#gelu(this.#linear(attended, width, feedForward, `${name}/intermediate/dense`));
    const outer = this.#linear(inner, feedForward, width, `${name}/output/dense`);
    return this.#layerNorm(graph.node("Add", [outer, attended]), `${name}/output/LayerNorm`);
  }

  /** x/2 · (1 + erf(x/√2)), spelt out; ONNX Runtime fuses it. */
  #gelu(input: string): string {
    const graph = this.#graph;
    const error = graph.node("Erf", [graph.node("Div", [input, graph.float(Math.SQRT2)])]);
    return graph.node("Mul", [
      graph.node("Mul", [input, graph.node("Add", [error, graph.float(1)])]),
      graph.float(0.5),
    ]);
  }
}

import type { GraphNode, ModelGraph } from "./graph.ts";

/** One layer normalisation: the value it normalises and the value it gives. */
export interface LayerNorm {
  /** The first node's name in the exported module path, e.g. `/encoder/layer.3/output/LayerNorm/Add_1`; may be empty. */
  readonly name: string;
  readonly output: string;
  /** What is normalised: one value, or the two summands of a fused SkipLayerNormalization. */
  readonly inputs: readonly string[];
}

/** Looks up nodes by the values they compute, and weights by name. */
export class GraphIndex {
  readonly #producers = new Map<string, GraphNode>();
  readonly #vectors = new Set<string>();

  constructor(graph: ModelGraph) {
    for (const node of graph.nodes) for (const output of node.outputs) this.#producers.set(output, node);
    for (const { name, dims } of graph.initializers) if (dims.length === 1) this.#vectors.add(name);
  }

  /** The node that computes a value, seen through changes of number format. */
  producer(value: string | undefined): GraphNode | undefined {
    const node = value === undefined ? undefined : this.#producers.get(value);
    return node?.op === "Cast" || node?.op === "Identity" ? this.producer(node.inputs[0]) : node;
  }

  /** Whether a value is a weight with one dimension, stored as it is or in another number format. */
  isVector(value: string): boolean {
    if (this.#vectors.has(value)) return true;
    const node = this.#producers.get(value);
    const stored = node?.inputs[0];
    return stored !== undefined && FORMAT_CHANGES.has(node?.op ?? "") && this.#vectors.has(stored);
  }
}

const FORMAT_CHANGES = new Set(["Cast", "Identity", "DequantizeLinear"]);

/** The layer normalisations of a graph in graph order, fused into one node or spelt out. */
export function layerNorms(graph: ModelGraph, index: GraphIndex): LayerNorm[] {
  return graph.nodes.flatMap((node) => fusedLayerNorm(node) ?? speltOutLayerNorm(node, index) ?? []);
}

function fusedLayerNorm({ op, name, inputs, outputs }: GraphNode): LayerNorm | undefined {
  const [output] = outputs;
  if (output === undefined) return undefined;
  if (op === "LayerNormalization") return { name, output, inputs: inputs.slice(0, 1) };
  if (op === "SkipLayerNormalization") return { name, output, inputs: inputs.slice(0, 2) };
  if (op === "EmbedLayerNormalization") return { name, output, inputs: [] };
  return undefined;
}

/** (x - mean) / sqrt(variance + ε) · γ + β, recognised by its last node, the sum with the vector β. */
function speltOutLayerNorm(sum: GraphNode, index: GraphIndex): LayerNorm | undefined {
  const [output] = sum.outputs;
  if (sum.op !== "Add" || output === undefined) return undefined;
  const scaled = otherThanVector(sum, index);
  if (scaled?.op !== "Mul") return undefined;
  const normalised = otherThanVector(scaled, index);
  if (normalised?.op !== "Div" && normalised?.op !== "Mul") return undefined;
  const centred = normalised.inputs.map((input) => index.producer(input)).find((node) => node?.op === "Sub");
  return centred && { name: sum.name, output, inputs: centred.inputs.slice(0, 1) };
}

/** The node behind the input of a two-input node whose other input is a weight vector. */
function otherThanVector(node: GraphNode, index: GraphIndex): GraphNode | undefined {
  const [left = "", right = ""] = node.inputs;
  if (index.isVector(right)) return index.producer(left);
  if (index.isVector(left)) return index.producer(right);
  return undefined;
}

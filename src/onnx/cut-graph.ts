import { ATTRIBUTE_TYPE, ELEMENT_TYPE, type GraphNode, type ModelGraph, ONNX } from "./graph.ts";
import { integerField, messageField, textField } from "./protobuf.ts";

/** Name of a cut model's only output. */
export const CUT_OUTPUT = "hidden_state";

/** A cut model as file contents: write the chunks one after the other. Weights are views on the original. */
export interface CutModel {
  readonly chunks: readonly Uint8Array[];
  readonly keptNodes: number;
  readonly droppedNodes: number;
}

/**
 * The part of a model that computes `tensor`, with `tensor` as its only output, in float32.
 * Nodes, weights and inputs that don't contribute are dropped; ONNX Runtime itself runs every node of a graph, asked for or not.
 * External data is referred to as before: the cut file belongs in the same folder.
 * Throws RangeError when no node computes `tensor`.
 */
export function cutGraph(graph: ModelGraph, tensor: string): CutModel {
  const producers = new Map<string, GraphNode>();
  for (const node of graph.nodes) for (const output of node.outputs) producers.set(output, node);
  if (!producers.has(tensor)) throw new RangeError(`no node of the graph computes "${tensor}"`);

  const keptNodes = new Set<GraphNode>();
  const usedValues = new Set<string>();
  const pending = [tensor];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (usedValues.has(value)) continue;
    usedValues.add(value);
    const node = producers.get(value);
    if (node === undefined || keptNodes.has(node)) continue;
    keptNodes.add(node);
    pending.push(...node.inputs, ...node.captured);
  }

  const used = ({ name }: { readonly name: string }) => usedValues.has(name);
  const encoded = ({ encoded }: { readonly encoded: Uint8Array }) => encoded;
  const body = [
    ...graph.nodes.filter((node) => keptNodes.has(node)).map(encoded),
    ...castToFloat(tensor),
    ...graph.initializers.filter(used).map(encoded),
    ...graph.inputs.filter(used).map(encoded),
    ...graph.rest,
    ...floatOutput(CUT_OUTPUT),
  ];
  return {
    chunks: [...graph.header, ...messageField(ONNX.model.graph, body)],
    keptNodes: keptNodes.size,
    droppedNodes: graph.nodes.length - keptNodes.size,
  };
}

/** Turns half precision into float32 and gives the output its name; ONNX Runtime removes it where nothing is to be cast. */
function castToFloat(tensor: string): Uint8Array[] {
  const to = messageField(ONNX.node.attribute, [
    textField(ONNX.attribute.name, "to"),
    integerField(ONNX.attribute.integer, ELEMENT_TYPE.float),
    integerField(ONNX.attribute.type, ATTRIBUTE_TYPE.integer),
  ]);
  return messageField(ONNX.graph.node, [
    textField(ONNX.node.input, tensor),
    textField(ONNX.node.output, CUT_OUTPUT),
    textField(ONNX.node.name, "cut/Cast"),
    textField(ONNX.node.op, "Cast"),
    ...to,
  ]);
}

function floatOutput(name: string): Uint8Array[] {
  const tensorType = messageField(ONNX.type.tensor, [integerField(ONNX.tensorType.elementType, ELEMENT_TYPE.float)]);
  return messageField(ONNX.graph.output, [
    textField(ONNX.valueInfo.name, name),
    ...messageField(ONNX.valueInfo.type, tensorType),
  ]);
}

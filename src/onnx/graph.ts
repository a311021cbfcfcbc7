import { type Field, readFields, readIntegers, readText } from "./protobuf.ts";

/** Field numbers of the ONNX messages that are read or written here. Source: onnx/onnx.proto, IR version 10. */
export const ONNX = {
  model: { irVersion: 1, graph: 7, operatorSet: 8 },
  operatorSet: { version: 2 },
  graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12, valueInfo: 13, quantizationAnnotation: 14 },
  node: { input: 1, output: 2, name: 3, op: 4, attribute: 5, domain: 7 },
  attribute: { name: 1, float: 2, integer: 3, graph: 6, integers: 8, graphs: 11, type: 20 },
  tensor: { dims: 1, elementType: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 },
  valueInfo: { name: 1, type: 2 },
  type: { tensor: 1 },
  tensorType: { elementType: 1, shape: 2 },
  shape: { dimension: 1 },
  dimension: { parameter: 2 },
  stringEntry: { key: 1, value: 2 },
} as const;

/** TensorProto.DataType values. */
export const ELEMENT_TYPE = { float: 1, int64: 7, bool: 9, float16: 10 } as const;

/** AttributeProto.AttributeType values. */
export const ATTRIBUTE_TYPE = { float: 1, integer: 2, integers: 7 } as const;

const DATA_LOCATION_EXTERNAL = 1;

/** One operation. */
export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Values that subgraphs (of If, Loop, Scan) may read from the graph around them. */
  readonly captured: readonly string[];
  readonly encoded: Uint8Array;
}

/** One weight. Its data stays where it is: in `encoded`, or in the external file. */
export interface Initializer {
  readonly name: string;
  readonly dims: readonly number[];
  readonly encoded: Uint8Array;
}

/** A named input or output of the graph. */
export interface GraphValue {
  readonly name: string;
  readonly encoded: Uint8Array;
}

/** An ONNX model, decoded as far as cutting it needs. */
export interface ModelGraph {
  /** The model's fields beside the graph: versions, operator sets, functions, metadata. */
  readonly header: readonly Uint8Array[];
  /** In the file's order, which ONNX requires to be topological. */
  readonly nodes: readonly GraphNode[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  /** The graph's other fields. Shape hints and quantization notes are dropped: they name values that a cut removes. */
  readonly rest: readonly Uint8Array[];
}

/** Decodes the bytes of an .onnx file. Throws RangeError when they are no ONNX model. */
export function readModelGraph(file: Uint8Array): ModelGraph {
  const header: Uint8Array[] = [];
  let graph: Field | undefined;
  for (const field of readFields(file)) {
    if (field.number === ONNX.model.graph && field.kind === "bytes") graph = field;
    else header.push(field.encoded);
  }
  if (graph?.kind !== "bytes") throw new RangeError("no ONNX model: it has no graph");
  return { header, ...readGraph(graph.bytes) };
}

function readGraph(bytes: Uint8Array): Omit<ModelGraph, "header"> {
  const nodes: GraphNode[] = [];
  const initializers: Initializer[] = [];
  const inputs: GraphValue[] = [];
  const outputs: GraphValue[] = [];
  const rest: Uint8Array[] = [];
  for (const field of readFields(bytes)) {
    if (field.kind !== "bytes") rest.push(field.encoded);
    else if (field.number === ONNX.graph.node) nodes.push(readNode(field.bytes, field.encoded));
    else if (field.number === ONNX.graph.initializer) initializers.push(readInitializer(field.bytes, field.encoded));
    else if (field.number === ONNX.graph.input) inputs.push(readValue(field.bytes, field.encoded));
    else if (field.number === ONNX.graph.output) outputs.push(readValue(field.bytes, field.encoded));
    else if (field.number !== ONNX.graph.valueInfo && field.number !== ONNX.graph.quantizationAnnotation)
      rest.push(field.encoded);
  }
  return { nodes, initializers, inputs, outputs, rest };
}

function readNode(bytes: Uint8Array, encoded: Uint8Array): GraphNode {
  const inputs: string[] = [];
  const outputs: string[] = [];
  const captured: string[] = [];
  let name = "";
  let op = "";
  for (const field of readFields(bytes)) {
    if (field.number === ONNX.node.input) inputs.push(readText(field));
    else if (field.number === ONNX.node.output) outputs.push(readText(field));
    else if (field.number === ONNX.node.name) name = readText(field);
    else if (field.number === ONNX.node.op) op = readText(field);
    else if (field.number === ONNX.node.attribute && field.kind === "bytes")
      for (const subgraph of subgraphs(field.bytes))
        for (const node of readGraph(subgraph).nodes) captured.push(...node.inputs, ...node.captured);
  }
  return { name, op, inputs, outputs, captured, encoded };
}

function* subgraphs(attribute: Uint8Array): Generator<Uint8Array> {
  for (const field of readFields(attribute))
    if ((field.number === ONNX.attribute.graph || field.number === ONNX.attribute.graphs) && field.kind === "bytes")
      yield field.bytes;
}

function readInitializer(bytes: Uint8Array, encoded: Uint8Array): Initializer {
  const dims: number[] = [];
  let name = "";
  for (const field of readFields(bytes)) {
    if (field.number === ONNX.tensor.dims) dims.push(...readIntegers(field));
    else if (field.number === ONNX.tensor.name) name = readText(field);
  }
  return { name, dims, encoded };
}

/** Name of the file that an encoded tensor's data lies in; undefined when the tensor holds its data itself. */
export function externalFileOf(tensor: Uint8Array): string | undefined {
  let external = false;
  let location: string | undefined;
  for (const field of readFields(tensor)) {
    if (field.number === ONNX.tensor.externalData && field.kind === "bytes")
      location = locationOf(field.bytes) ?? location;
    else if (field.number === ONNX.tensor.dataLocation && field.kind === "varint")
      external = field.value === DATA_LOCATION_EXTERNAL;
  }
  return external ? location : undefined;
}

function locationOf(entry: Uint8Array): string | undefined {
  let key = "";
  let value = "";
  for (const field of readFields(entry)) {
    if (field.number === ONNX.stringEntry.key) key = readText(field);
    else if (field.number === ONNX.stringEntry.value) value = readText(field);
  }
  return key === "location" ? value : undefined;
}

/** The operation's type of an encoded node. */
export function operatorOf(node: Uint8Array): string {
  for (const field of readFields(node)) if (field.number === ONNX.node.op) return readText(field);
  return "";
}

function readValue(bytes: Uint8Array, encoded: Uint8Array): GraphValue {
  for (const field of readFields(bytes))
    if (field.number === ONNX.valueInfo.name) return { name: readText(field), encoded };
  return { name: "", encoded };
}

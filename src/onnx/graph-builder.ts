import { ATTRIBUTE_TYPE, ELEMENT_TYPE, ONNX } from "./graph.ts";
import { floatField, integerField, messageField, textField } from "./protobuf.ts";

/** An operation's attribute: whole numbers are written as integers, `{ float }` as a float. */
export type Attribute = number | readonly number[] | { readonly float: number };

/** Weights in a number format that ONNX Runtime takes. Half precision is given as its 16 bits. */
export type TensorData = Float32Array | BigInt64Array | { readonly float16: Uint16Array };

const IR_VERSION = 8;

/** Writes small ONNX models, node after node in the order they run. */
export class GraphBuilder {
  readonly #nodes: Uint8Array[] = [];
  readonly #initializers: Uint8Array[] = [];
  readonly #values: Uint8Array[] = [];
  #count = 0;

  /** Adds a node with one output and gives the output's name; `name` is the node's module path. */
  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}, name = ""): string {
    this.#count += 1;
    const output = `${name === "" ? op : name}:${this.#count}`;
    this.#nodes.push(
      ...messageField(ONNX.graph.node, [
        ...inputs.map((input) => textField(ONNX.node.input, input)),
        textField(ONNX.node.output, output),
        textField(ONNX.node.name, name),
        textField(ONNX.node.op, op),
        ...Object.entries(attributes).flatMap(([key, value]) => attributeField(key, value)),
      ]),
    );
    return output;
  }

  /** Adds weights (or a constant) and gives their name back. */
  tensor(name: string, dims: readonly number[], data: TensorData): string {
    const { elementType, bytes } = encodeTensor(data);
    this.#initializers.push(
      ...messageField(ONNX.graph.initializer, [
        ...dims.map((dim) => integerField(ONNX.tensor.dims, dim)),
        integerField(ONNX.tensor.elementType, elementType),
        textField(ONNX.tensor.name, name),
        ...messageField(ONNX.tensor.rawData, [bytes]),
      ]),
    );
    return name;
  }

  /** Adds weights whose data lies in another file, from `offset` on. */
  externalTensor(
    name: string,
    dims: readonly number[],
    at: { readonly file: string; readonly offset: number; readonly length: number },
  ): string {
    const entry = (key: string, value: string) =>
      messageField(ONNX.tensor.externalData, [
        textField(ONNX.stringEntry.key, key),
        textField(ONNX.stringEntry.value, value),
      ]);
    this.#initializers.push(
      ...messageField(ONNX.graph.initializer, [
        ...dims.map((dim) => integerField(ONNX.tensor.dims, dim)),
        integerField(ONNX.tensor.elementType, ELEMENT_TYPE.float),
        textField(ONNX.tensor.name, name),
        ...entry("location", at.file),
        ...entry("offset", String(at.offset)),
        ...entry("length", String(at.length)),
        integerField(ONNX.tensor.dataLocation, 1),
      ]),
    );
    return name;
  }

  /** A constant of whole numbers: a scalar, or a vector. */
  integers(value: number | readonly number[]): string {
    this.#count += 1;
    const values = typeof value === "number" ? [value] : value;
    const dims = typeof value === "number" ? [] : [values.length];
    return this.tensor(`constant:${this.#count}`, dims, BigInt64Array.from(values, BigInt));
  }

  /** A scalar float32 constant. */
  float(value: number): string {
    this.#count += 1;
    return this.tensor(`constant:${this.#count}`, [], Float32Array.of(value));
  }

  /** Declares an input; every dimension is named, so that its size is free. */
  input(name: string, elementType: number, dims: readonly string[]): string {
    this.#values.push(...messageField(ONNX.graph.input, valueInfo(name, elementType, dims)));
    return name;
  }

  /** Declares that `value` is an output, under the name it has. */
  output(value: string, elementType: number, dims: readonly string[]): void {
    this.#values.push(...messageField(ONNX.graph.output, valueInfo(value, elementType, dims)));
  }

  /** Adds an output with a name of its own for a value computed before. */
  namedOutput(name: string, value: string, elementType: number, dims: readonly string[]): void {
    this.#nodes.push(
      ...messageField(ONNX.graph.node, [
        textField(ONNX.node.input, value),
        textField(ONNX.node.output, name),
        textField(ONNX.node.op, "Identity"),
      ]),
    );
    this.output(name, elementType, dims);
  }

  /** The file's contents, in chunks; `operatorSet` is the version of ONNX's operators the nodes are written for. */
  build(operatorSet: number): Uint8Array[] {
    return [
      integerField(ONNX.model.irVersion, IR_VERSION),
      ...messageField(ONNX.model.operatorSet, [integerField(ONNX.operatorSet.version, operatorSet)]),
      ...messageField(ONNX.model.graph, [
        ...this.#nodes,
        textField(ONNX.graph.name, "graph"),
        ...this.#initializers,
        ...this.#values,
      ]),
    ];
  }
}

function attributeField(name: string, value: Attribute): Uint8Array[] {
  const field = (type: number, ...parts: Uint8Array[]) =>
    messageField(ONNX.node.attribute, [
      textField(ONNX.attribute.name, name),
      ...parts,
      integerField(ONNX.attribute.type, type),
    ]);
  if (typeof value === "number") return field(ATTRIBUTE_TYPE.integer, integerField(ONNX.attribute.integer, value));
  if ("float" in value) return field(ATTRIBUTE_TYPE.float, floatField(ONNX.attribute.float, value.float));
  return field(ATTRIBUTE_TYPE.integers, ...value.map((item) => integerField(ONNX.attribute.integers, item)));
}

function encodeTensor(data: TensorData): { elementType: number; bytes: Uint8Array } {
  const view = "float16" in data ? data.float16 : data;
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  if (data instanceof Float32Array) return { elementType: ELEMENT_TYPE.float, bytes };
  if (data instanceof BigInt64Array) return { elementType: ELEMENT_TYPE.int64, bytes };
  return { elementType: ELEMENT_TYPE.float16, bytes };
}

function valueInfo(name: string, elementType: number, dims: readonly string[]): Uint8Array[] {
  const shape = dims.flatMap((dim) => messageField(ONNX.shape.dimension, [textField(ONNX.dimension.parameter, dim)]));
  const tensorType = [
    integerField(ONNX.tensorType.elementType, elementType),
    ...messageField(ONNX.tensorType.shape, shape),
  ];
  return [
    textField(ONNX.valueInfo.name, name),
    ...messageField(ONNX.valueInfo.type, messageField(ONNX.type.tensor, tensorType)),
  ];
}

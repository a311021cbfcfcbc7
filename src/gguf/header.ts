import { createHash } from "node:crypto";
import { tensorType } from "./tensor-types.ts";

/** One value of the header: numbers and strings as they are, of arrays only how long they are. */
export type HeaderValue = string | number | boolean | { readonly array: number };

export interface Tensor {
  readonly name: string;
  /** Number of the type, `tensor-types.ts` knows its name. */
  readonly type: number;
  readonly shape: readonly number[];
  /** First byte, from the start of the file. */
  readonly start: number;
  /** Bytes of its data; absent for a type that is newer than the list. */
  readonly bytes?: number;
}

/** Everything of a GGUF file but the weights. */
export interface GgufHeader {
  readonly values: ReadonlyMap<string, HeaderValue>;
  /** sha256 of each value as it stands in the file, type included. */
  readonly valueDigests: ReadonlyMap<string, string>;
  /** In the order of the file's list. */
  readonly tensors: readonly Tensor[];
  /** Where the tensors' data begin. */
  readonly dataStart: number;
}

/** The bytes end before the header does. */
export class HeaderEndsEarly extends Error {}

/** What stands there can't be a header. */
export class BadHeader extends Error {}

const DEFAULT_ALIGNMENT = 32;
/** Types of header values, by their number in the file: bytes of those that have a fixed size. */
const SIZES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const STRING = 8;
const ARRAY = 9;
const DEEPEST_ARRAY = 8;
const MOST_DIMENSIONS = 4;

/**
 * Reads a little-endian header of version 2 or 3 (what stands before it was checked already). Throws `HeaderEndsEarly` where more bytes are
 * needed, `BadHeader` for what is none. Format: github.com/ggml-org/ggml, docs/gguf.md.
 */
export function parseHeader(bytes: Buffer): GgufHeader {
  const reader = new Reader(bytes);
  reader.skip(8);
  const tensorCount = reader.count();
  const valueCount = reader.count();
  const values = new Map<string, HeaderValue>();
  const valueDigests = new Map<string, string>();
  for (let index = 0; index < valueCount; index += 1) {
    const key = reader.string();
    if (values.has(key)) throw new BadHeader(`its header has "${key}" twice`);
    const from = reader.position;
    values.set(key, readValue(reader, reader.u32(), 0));
    valueDigests.set(key, createHash("sha256").update(bytes.subarray(from, reader.position)).digest("hex"));
  }
  const told = values.get("general.alignment") ?? DEFAULT_ALIGNMENT;
  const alignment = typeof told === "number" && Number.isInteger(told) && told > 0 ? told : 0;
  if (alignment === 0) throw new BadHeader("its general.alignment is no size");
  const relative: Omit<Tensor, "bytes">[] = [];
  for (let index = 0; index < tensorCount; index += 1) {
    const name = reader.string();
    const dimensions = reader.u32();
    if (dimensions > MOST_DIMENSIONS) throw new BadHeader(`its tensor ${name} has ${dimensions} dimensions`);
    const shape = Array.from({ length: dimensions }, () => reader.count());
    relative.push({ name, shape, type: reader.u32(), start: reader.count() });
  }
  const dataStart = Math.ceil(reader.position / alignment) * alignment;
  return {
    values,
    valueDigests,
    dataStart,
    tensors: relative.map((tensor) => withBytes({ ...tensor, start: tensor.start + dataStart })),
  };
}

/** Number of a tensor's elements. */
export function elementsOf({ shape }: Pick<Tensor, "shape">): number {
  return shape.reduce((product, size) => product * size, 1);
}

function withBytes(tensor: Omit<Tensor, "bytes">): Tensor {
  const type = tensorType(tensor.type);
  if (type === undefined) return tensor;
  const [row = 1] = tensor.shape;
  if (row % type.elements !== 0)
    throw new BadHeader(`its tensor ${tensor.name} has rows of ${row}, which is no multiple of ${type.name}'s blocks`);
  return { ...tensor, bytes: (elementsOf(tensor) / type.elements) * type.bytes };
}

function readValue(reader: Reader, type: number, depth: number): HeaderValue {
  if (type === STRING) return reader.string();
  if (type !== ARRAY) return reader.number(type);
  const elementType = reader.u32();
  const length = reader.count();
  const size = SIZES[elementType];
  if (size !== undefined) reader.skip(length * size);
  else if (elementType === STRING) for (let index = 0; index < length; index += 1) reader.skip(reader.count());
  else if (elementType === ARRAY && depth < DEEPEST_ARRAY)
    for (let index = 0; index < length; index += 1) readValue(reader, ARRAY, depth + 1);
  else throw new BadHeader(`its header has a list of values of the unknown type ${elementType}`);
  return { array: length };
}

class Reader {
  position = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  skip(count: number): void {
    this.#take(count);
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  /** A number of things, or a size; nothing real is beyond what a double counts exactly. */
  count(): number {
    const value = Number(this.#bytes.readBigUInt64LE(this.#take(8)));
    if (!Number.isSafeInteger(value)) throw new BadHeader("its header has a count that no file has");
    return value;
  }

  string(): string {
    const length = this.count();
    const at = this.#take(length);
    return this.#bytes.toString("utf8", at, at + length);
  }

  number(type: number): number | boolean {
    const size = SIZES[type];
    if (size === undefined) throw new BadHeader(`its header has a value of the unknown type ${type}`);
    const at = this.#take(size);
    switch (type) {
      case 1:
      case 3:
      case 5:
        return this.#bytes.readIntLE(at, size);
      case 6:
        return this.#bytes.readFloatLE(at);
      case 7:
        return this.#bytes[at] !== 0;
      case 10:
        return Number(this.#bytes.readBigUInt64LE(at));
      case 11:
        return Number(this.#bytes.readBigInt64LE(at));
      case 12:
        return this.#bytes.readDoubleLE(at);
      default:
        return this.#bytes.readUIntLE(at, size);
    }
  }

  #take(count: number): number {
    const at = this.position;
    if (at + count > this.#bytes.length) throw new HeaderEndsEarly();
    this.position += count;
    return at;
  }
}

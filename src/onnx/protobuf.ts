/**
 * The little of protobuf's wire format that editing an ONNX file needs. Fields keep their encoded bytes, so that what isn't
 * edited is copied, not decoded and encoded again. Source: https://protobuf.dev/programming-guides/encoding/
 */

/** One field of a message. Length-delimited and fixed-width fields carry `bytes`, varints carry `value`. */
export type Field = { readonly number: number /** The whole field, key included. */; readonly encoded: Uint8Array } & (
  | { readonly kind: "varint"; readonly value: number }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "fixed"; readonly bytes: Uint8Array }
);

const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;

/**
 * The fields of an encoded message, in file order, as views on `message` (nothing is copied).
 * Varints above 2^53 lose their low bits; ONNX has none where this project reads them.
 * Throws RangeError on bytes that are no protobuf message.
 */
export function* readFields(message: Uint8Array): Generator<Field> {
  let position = 0;
  while (position < message.length) {
    const start = position;
    const key = readVarint(message, position);
    const number = Math.floor(key.value / 8);
    const wireType = key.value % 8;
    if (number === 0) throw new RangeError(`no protobuf message: field number 0 at byte ${start}`);
    if (wireType === WIRE_VARINT) {
      const { value, end } = readVarint(message, key.end);
      position = end;
      yield { number, encoded: message.subarray(start, end), kind: "varint", value };
      continue;
    }
    const { from, length } = payload(message, wireType, key.end);
    position = from + length;
    if (position > message.length) throw new RangeError(`protobuf field at byte ${start} is cut short`);
    yield {
      number,
      encoded: message.subarray(start, position),
      kind: wireType === WIRE_BYTES ? "bytes" : "fixed",
      bytes: message.subarray(from, position),
    };
  }
}

function payload(message: Uint8Array, wireType: number, at: number): { from: number; length: number } {
  if (wireType === WIRE_FIXED32) return { from: at, length: 4 };
  if (wireType === WIRE_FIXED64) return { from: at, length: 8 };
  if (wireType !== WIRE_BYTES) throw new RangeError(`unknown protobuf wire type ${wireType} before byte ${at}`);
  const { value, end } = readVarint(message, at);
  return { from: end, length: value };
}

function readVarint(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  let scale = 1;
  for (let position = at; position < at + 10; position++) {
    const byte = bytes[position];
    if (byte === undefined) throw new RangeError(`protobuf varint at byte ${at} is cut short`);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: position + 1 };
    scale *= 128;
  }
  throw new RangeError(`protobuf varint at byte ${at} is longer than ten bytes`);
}

/** All numbers of a repeated integer field's occurrence, packed (one "bytes" field) or not (one varint). */
export function readIntegers(field: Field): number[] {
  if (field.kind === "varint") return [field.value];
  const values: number[] = [];
  for (let at = 0; at < field.bytes.length; ) {
    const { value, end } = readVarint(field.bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

const utf8 = new TextDecoder();

/** A string field's text. */
export function readText(field: Field): string {
  return field.kind === "varint" ? "" : utf8.decode(field.bytes);
}

/** The ten bytes that stand for a negative whole number, two's complement; `value` is from -2^53 to -1. */
function negativeVarint(value: number): number[] {
  const bits = BigInt.asUintN(64, BigInt(value));
  return Array.from({ length: 10 }, (_, index) => {
    const group = Number((bits >> BigInt(7 * index)) & 0x7fn);
    return index < 9 ? group + 128 : group;
  });
}

function varint(value: number): number[] {
  if (value < 0) return negativeVarint(value);
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** An integer field; `value` is a whole number from -2^53 to 2^53. */
export function integerField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(number * 8 + WIRE_VARINT), ...varint(value)]);
}

/** A field of four bytes that holds a float32. */
export function floatField(number: number, value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return Uint8Array.from([...varint(number * 8 + WIRE_FIXED32), ...bytes]);
}

/** A string field. */
export function textField(number: number, text: string): Uint8Array {
  return Buffer.concat(messageField(number, [Buffer.from(text, "utf8")]));
}

/** A length-delimited field as its key followed by the parts themselves, so that weights are never copied. */
export function messageField(number: number, parts: readonly Uint8Array[]): Uint8Array[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [Uint8Array.from([...varint(number * 8 + WIRE_BYTES), ...varint(length)]), ...parts];
}

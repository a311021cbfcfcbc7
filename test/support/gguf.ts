import { readFile, writeFile } from "node:fs/promises";

/** What a made GGUF file holds. Values: texts, whole numbers (uint32), lists of texts. */
export interface GgufContent {
  readonly values?: Readonly<Record<string, string | number | readonly string[]>>;
  readonly tensors?: readonly GgufTensor[];
  readonly version?: number;
}

export interface GgufTensor {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
  readonly data: Buffer;
}

const ALIGNMENT = 32;

/** A GGUF file, byte by byte as the format's description says; tensors' data stand in the order of the list. */
export function ggufFile({ values = {}, tensors = [], version = 3 }: GgufContent): Buffer {
  const infos: Buffer[] = [];
  const data: Buffer[] = [];
  let offset = 0;
  for (const tensor of tensors) {
    infos.push(text(tensor.name), u32(tensor.shape.length), ...tensor.shape.map(u64), u32(tensor.type), u64(offset));
    const padded = aligned(tensor.data);
    data.push(padded);
    offset += padded.length;
  }
  const told = Object.entries(values).map(([key, value]) => Buffer.concat([text(key), ...valueBytes(value)]));
  const head = [Buffer.from("GGUF"), u32(version), u64(tensors.length), u64(told.length), ...told, ...infos];
  return Buffer.concat([aligned(Buffer.concat(head)), ...data]);
}

interface Parts {
  /** The header's values as they stand in the file. */
  readonly values: Buffer;
  readonly valueCount: number;
  readonly tensors: readonly GgufTensor[];
}

/** Takes a GGUF file apart; a reader of the tests' own. */
export function ggufParts(bytes: Buffer): Parts {
  let at = 8;
  const number = (): number => {
    at += 8;
    return Number(bytes.readBigUInt64LE(at - 8));
  };
  const short = (): number => {
    at += 4;
    return bytes.readUInt32LE(at - 4);
  };
  const string = (): string => {
    const length = number();
    at += length;
    return bytes.toString("utf8", at - length, at);
  };
  const sizes: Record<number, number> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
  const skip = (type: number): void => {
    if (type === 8) string();
    else if (type !== 9) at += sizes[type] ?? 0;
    else {
      const elementType = short();
      const length = number();
      for (let index = 0; index < length; index += 1) skip(elementType);
    }
  };
  const tensorCount = number();
  const valueCount = number();
  const from = at;
  for (let index = 0; index < valueCount; index += 1) {
    string();
    skip(short());
  }
  const values = bytes.subarray(from, at);
  const listed = Array.from({ length: tensorCount }, () => {
    const name = string();
    const shape = Array.from({ length: short() }, number);
    return { name, shape, type: short(), offset: number() };
  });
  const start = Math.ceil(at / ALIGNMENT) * ALIGNMENT;
  const ends = listed.map(({ offset }) => offset).sort((a, b) => a - b);
  const tensors = listed.map(({ offset, ...tensor }) => {
    const end = ends[ends.indexOf(offset) + 1] ?? bytes.length - start;
    return { ...tensor, data: bytes.subarray(start + offset, start + end) };
  });
  return { values, valueCount, tensors };
}

/** Writes a model as shards, `prefix-00001-of-0000N.gguf`: `counts` tensors each, and what is left in one more. Returns the paths. */
export async function splitGguf(source: string, prefix: string, counts: readonly number[]): Promise<readonly string[]> {
  const { values, valueCount, tensors } = ggufParts(await readFile(source));
  const paths: string[] = [];
  const shards = counts.length + 1;
  let from = 0;
  for (let no = 0; no < shards; no += 1) {
    const to = from + (counts[no] ?? tensors.length);
    const own = no === 0 ? values : Buffer.alloc(0);
    const split = [
      key("split.no", 2, u16(no)),
      key("split.count", 2, u16(shards)),
      key("split.tensors.count", 5, u32(tensors.length)),
    ];
    const body = ggufFile({ tensors: tensors.slice(from, to) });
    const infos = body.subarray(24);
    const infoBytes = tensors
      .slice(from, to)
      .reduce((sum, each) => sum + 8 + Buffer.byteLength(each.name) + 4 + 8 * each.shape.length + 12, 0);
    const count = Math.max(0, Math.min(to, tensors.length) - from);
    const head = [
      Buffer.from("GGUF"),
      u32(3),
      u64(count),
      u64((no === 0 ? valueCount : 0) + 3),
      own,
      ...split,
      infos.subarray(0, infoBytes),
    ];
    const path = `${prefix}-${String(no + 1).padStart(5, "0")}-of-${String(shards).padStart(5, "0")}.gguf`;
    await writeFile(
      path,
      Buffer.concat([aligned(Buffer.concat(head)), ...tensors.slice(from, to).map(({ data }) => aligned(data))]),
    );
    paths.push(path);
    from = to;
  }
  return paths;
}

/** Copies a GGUF file with another `general.file_type` and nothing else changed. */
export async function relabelGguf(source: string, target: string, fileType: number): Promise<void> {
  const bytes = await readFile(source);
  const name = Buffer.from("general.file_type");
  bytes.writeUInt32LE(fileType, bytes.indexOf(name) + name.length + 4);
  await writeFile(target, bytes);
}

function valueBytes(value: string | number | readonly string[]): readonly Buffer[] {
  if (typeof value === "string") return [u32(8), text(value)];
  if (typeof value === "number") return [u32(4), u32(value)];
  return [u32(9), u32(8), u64(value.length), ...value.map(text)];
}

function key(name: string, type: number, value: Buffer): Buffer {
  return Buffer.concat([text(name), u32(type), value]);
}

function aligned(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((ALIGNMENT - (bytes.length % ALIGNMENT)) % ALIGNMENT)]);
}

function text(value: string): Buffer {
  return Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)]);
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

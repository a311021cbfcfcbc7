import { endianness } from "node:os";
import { crc32 } from "node:zlib";
import type { Embedding } from "./embedding.ts";

/** "QGE1" and then, each in four bytes: crc32 of all that follows, number of ids, rows, width, whether truncated. */
const MAGIC = 0x31454751;
const HEADER_BYTES = 24;
const CHECKED_FROM = 8;

/** Whether numbers lie in memory as they do in the file. */
const LITTLE_ENDIAN = endianness() === "LE";

/** An embedding as file contents; undefined on machines whose byte order isn't the file's. */
export function encodeEmbedding({ ids, vectors, truncated }: Embedding): Uint8Array | undefined {
  if (!LITTLE_ENDIAN) return undefined;
  const bytes = new Uint8Array(HEADER_BYTES + ids.byteLength + vectors.values.byteLength);
  bytes.set(bytesOf(ids), HEADER_BYTES);
  bytes.set(bytesOf(vectors.values), HEADER_BYTES + ids.byteLength);
  const header = new DataView(bytes.buffer);
  const measures = [ids.length, vectors.rows, vectors.width, Number(truncated)];
  for (const [index, measure] of measures.entries()) header.setUint32(CHECKED_FROM + 4 * index, measure, true);
  header.setUint32(0, MAGIC, true);
  header.setUint32(4, crc32(bytes.subarray(CHECKED_FROM)), true);
  return bytes;
}

/** Reads what `encodeEmbedding` wrote; undefined when the bytes are anything else, damaged or cut short. */
export function decodeEmbedding(bytes: Uint8Array): Embedding | undefined {
  if (!LITTLE_ENDIAN || bytes.length < HEADER_BYTES) return undefined;
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const field = (index: number) => header.getUint32(4 * index, true);
  const [magic, checksum, count, rows, width, truncated] = [field(0), field(1), field(2), field(3), field(4), field(5)];
  const body = bytes.subarray(HEADER_BYTES);
  if (magic !== MAGIC || body.length !== 4 * (count + rows * width)) return undefined;
  if (crc32(bytes.subarray(CHECKED_FROM)) !== checksum) return undefined;
  const ids = new Int32Array(count);
  const values = new Float32Array(rows * width);
  bytesOf(ids).set(body.subarray(0, 4 * count));
  bytesOf(values).set(body.subarray(4 * count));
  return { ids, truncated: truncated === 1, vectors: { values, rows, width } };
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

import { endianness } from "node:os";
import { crc32 } from "node:zlib";
import type { Embedding } from "./embedding.ts";

/** "QGE1" and then, each in four bytes: number of ids, rows, width, whether truncated, crc32 of what follows. */
const MAGIC = 0x31454751;
const HEADER_BYTES = 24;

/** Whether numbers lie in memory as they do in the file. */
const LITTLE_ENDIAN = endianness() === "LE";

/** An embedding as file contents; undefined on machines whose byte order isn't the file's. */
export function encodeEmbedding({ ids, vectors, truncated }: Embedding): Uint8Array | undefined {
  if (!LITTLE_ENDIAN) return undefined;
  const bytes = new Uint8Array(HEADER_BYTES + ids.byteLength + vectors.values.byteLength);
  bytes.set(bytesOf(ids), HEADER_BYTES);
  bytes.set(bytesOf(vectors.values), HEADER_BYTES + ids.byteLength);
  const header = new DataView(bytes.buffer);
  const fields = [
    MAGIC,
    ids.length,
    vectors.rows,
    vectors.width,
    Number(truncated),
    crc32(bytes.subarray(HEADER_BYTES)),
  ];
  for (const [index, field] of fields.entries()) header.setUint32(4 * index, field, true);
  return bytes;
}

/** Reads what `encodeEmbedding` wrote; undefined when the bytes are anything else, damaged or cut short. */
export function decodeEmbedding(bytes: Uint8Array): Embedding | undefined {
  if (!LITTLE_ENDIAN || bytes.length < HEADER_BYTES) return undefined;
  const header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  const field = (index: number) => header.getUint32(4 * index, true);
  const [magic, count, rows, width, truncated, checksum] = [field(0), field(1), field(2), field(3), field(4), field(5)];
  const body = bytes.subarray(HEADER_BYTES);
  if (magic !== MAGIC || body.length !== 4 * (count + rows * width) || crc32(body) !== checksum) return undefined;
  const ids = new Int32Array(count);
  const values = new Float32Array(new SharedArrayBuffer(4 * rows * width));
  bytesOf(ids).set(body.subarray(0, 4 * count));
  bytesOf(values).set(body.subarray(4 * count));
  return { ids, truncated: truncated === 1, vectors: { values, rows, width } };
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

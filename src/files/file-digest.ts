import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/** sha256 of a file as 64 hexadecimal digits, streamed. */
export async function sha256OfFile(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest("hex");
}

/** The hash by which git knows a file's contents, 40 hexadecimal digits; git hashes a header with the size before them. */
export async function gitSha1OfFile(path: string, sizeBytes: number, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha1").update(`blob ${sizeBytes}\0`);
  await pipeline(createReadStream(path), hash, { signal });
  return hash.digest("hex");
}

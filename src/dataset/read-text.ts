import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";

export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be";

/** By its byte-order mark, or, without one, by the zero bytes that UTF-16 gives the letters of a file's beginning. */
export async function encodingOf(path: string): Promise<TextEncoding> {
  const file = await open(path, "r");
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const [first, second] = buffer;
    if (bytesRead < 2) return "utf-8";
    if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return "utf-16le";
    if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return "utf-16be";
    return "utf-8";
  } finally {
    await file.close();
  }
}

/** A file's text, streamed, in whichever Unicode encoding it is; a byte-order mark stays in. */
export async function* readText(path: string): AsyncGenerator<string> {
  const encoding = await encodingOf(path);
  const chunks = createReadStream(path, { highWaterMark: 1 << 16 }) as AsyncIterable<Buffer>;
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

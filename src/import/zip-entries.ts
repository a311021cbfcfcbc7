import { decompress } from "fzstd";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { messageOf, throwIfAborted, UsageError } from "../domain/errors.ts";

export interface ZipEntry {
  readonly name: string;
  readonly text: string;
}

/** Texts in a zip file, one in memory at a time. */
export interface ZipTexts {
  /** Throws `UsageError` when there is no such entry. */
  read(name: string): Promise<string>;
  /** The entries that are wanted by name, in the file's order. */
  entries(wanted: (name: string) => boolean, signal: AbortSignal): AsyncGenerator<ZipEntry>;
}

const ZSTANDARD = 93;
/** One entry may hold no more: a text of JavaScript can't be longer. */
const MOST_BYTES = 512 * 2 ** 20;

/** Opens a zip whose entries are stored, deflated or compressed with Zstandard, which Node.js 20 can't read. Throws `UsageError` for a file that is none. */
export async function openZip(path: string): Promise<ZipTexts> {
  const open = async (): Promise<ZipFile> => {
    try {
      return await openPromise(path);
    } catch (cause) {
      throw new UsageError(`${path} is no whole zip file: ${messageOf(cause)}`, {
        cause,
        hint: "was it copied whole?",
      });
    }
  };
  const entries = async function* (wanted: (name: string) => boolean, signal: AbortSignal): AsyncGenerator<ZipEntry> {
    const zip = await open();
    try {
      for await (const entry of zip.eachEntry()) {
        throwIfAborted(signal);
        if (wanted(entry.fileName)) yield { name: entry.fileName, text: await textOf(zip, entry, path) };
      }
    } finally {
      zip.close();
    }
  };
  // Told now, not with the first text.
  (await open()).close();
  return {
    entries,
    async read(name) {
      for await (const { text } of entries((each) => each === name, new AbortController().signal)) return text;
      throw new UsageError(`${path} has no ${name}`);
    },
  };
}

async function textOf(zip: ZipFile, entry: Entry, path: string): Promise<string> {
  if (entry.uncompressedSize > MOST_BYTES)
    throw new UsageError(`${path}: ${entry.fileName} has ${entry.uncompressedSize} bytes, more than can be read`);
  try {
    const zstandard = entry.compressionMethod === ZSTANDARD;
    const stream = await zip.openReadStreamPromise(entry, zstandard ? { decodeFileData: false } : {});
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const plain = zstandard ? decompress(bytes, new Uint8Array(entry.uncompressedSize)) : bytes;
    return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString("utf8");
  } catch (cause) {
    throw new UsageError(`${path}: ${entry.fileName} can't be unpacked: ${messageOf(cause)}`, { cause });
  }
}

import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { UsageError } from "../domain/errors.ts";
import { BadHeader, type GgufHeader, HeaderEndsEarly, parseHeader, type Tensor } from "./header.ts";

/** One GGUF file: a whole model, or a part of a split one. */
export interface Shard {
  readonly path: string;
  readonly fileBytes: number;
  readonly header: GgufHeader;
  /** In the order of their data. */
  readonly tensors: readonly PlacedTensor[];
}

/** A tensor with the size of its data, told by its type, or else by where the next one begins. */
export type PlacedTensor = Tensor & { readonly bytes: number };

const FIRST_READ_BYTES = 1 << 20;

/**
 * Reads a file's header and holds it against the file's size. Throws `UsageError` for a file that isn't there, is no GGUF file, is of the
 * other byte order or of another version, is damaged, or was cut short.
 */
export async function readShard(path: string): Promise<Shard> {
  const file = await open(path, "r").catch((cause: unknown) => {
    throw new UsageError(`no GGUF file at ${path}`, { cause, hint: "check the path; it is relative to the spec file" });
  });
  try {
    const { size: fileBytes } = await file.stat();
    await assertMagic(file, path);
    const header = await readHeader(file, path, fileBytes);
    return { path, fileBytes, header, tensors: placed(header, path, fileBytes) };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} can't be read`, { cause: error, hint: "is it a file, and may you read it?" });
  } finally {
    await file.close();
  }
}

async function assertMagic(file: FileHandle, path: string): Promise<void> {
  const head = Buffer.alloc(8);
  const { bytesRead } = await file.read(head, 0, 8, 0);
  if (bytesRead < 8 || head.toString("latin1", 0, 4) !== "GGUF")
    throw new UsageError(`${path} is not a GGUF file`, {
      hint: "convert the model with llama.cpp's convert_hf_to_gguf.py, or name the file that was meant",
    });
  const version = head.readUInt32LE(4);
  if (version === 2 || version === 3) return;
  const swapped = head.readUInt32BE(4);
  if (swapped === 2 || swapped === 3)
    throw new UsageError(
      `${path} is a big-endian GGUF file (version ${swapped}), made for machines of that byte order`,
      {
        hint: "take the little-endian file of the model, or convert it with llama.cpp's gguf_convert_endian.py",
      },
    );
  throw new UsageError(`${path}: GGUF version ${version} is not supported (2 and 3 are)`, {
    hint:
      version === 1
        ? "version 1 is of 2023: convert the model again with llama.cpp's convert_hf_to_gguf.py"
        : "is the file damaged, or newer than this program?",
  });
}

async function readHeader(file: FileHandle, path: string, fileBytes: number): Promise<GgufHeader> {
  for (let bytes = Math.min(FIRST_READ_BYTES, fileBytes); ; bytes = Math.min(bytes * 4, fileBytes)) {
    const read = Buffer.alloc(bytes);
    for (let filled = 0; filled < bytes; ) {
      const { bytesRead } = await file.read(read, filled, bytes - filled, filled);
      if (bytesRead === 0) throw cutShort(path, `it ended at byte ${filled} while it was read`);
      filled += bytesRead;
    }
    try {
      return parseHeader(read);
    } catch (error) {
      if (error instanceof BadHeader)
        throw new UsageError(`${path} is damaged: ${error.message}`, { cause: error, hint: "fetch the file again" });
      if (!(error instanceof HeaderEndsEarly)) throw error;
      if (bytes === fileBytes) throw cutShort(path, `its ${fileBytes} bytes end within the header`);
    }
  }
}

function placed(header: GgufHeader, path: string, fileBytes: number): readonly PlacedTensor[] {
  const byStart = header.tensors.toSorted((a, b) => a.start - b.start);
  return byStart.map((tensor, index) => {
    const next = byStart[index + 1]?.start;
    const bytes = tensor.bytes ?? (next ?? Math.max(fileBytes, tensor.start)) - tensor.start;
    if (tensor.start + bytes > fileBytes)
      throw cutShort(
        path,
        `its tensor ${tensor.name} would end at byte ${tensor.start + bytes}, and it has ${fileBytes}`,
      );
    if (next !== undefined && tensor.start + bytes > next)
      throw new UsageError(`${path} is damaged: its tensors ${tensor.name} and ${byStart[index + 1]?.name} overlap`, {
        hint: "fetch the file again",
      });
    return { ...tensor, bytes };
  });
}

function cutShort(path: string, how: string): UsageError {
  return new UsageError(`${path} was cut short: ${how}`, {
    hint: `fetch ${basename(path)} again; a download that broke off looks like this`,
  });
}

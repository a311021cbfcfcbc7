import { type FileHandle, open } from "node:fs/promises";
import { throwIfAborted } from "../domain/errors.ts";
import { externalFileOf, ONNX, operatorOf } from "./graph.ts";

/** What can be told from an .onnx file without reading its weights. */
export interface ModelFileFacts {
  /** Data files the model needs beside it, sorted. */
  readonly externalFiles: readonly string[];
  /** Types of the operations, without those of subgraphs. */
  readonly operators: ReadonlySet<string>;
}

/** A tensor that is larger than this holds its own data: one that refers to an external file is its name and a few numbers. */
const LARGEST_REFERENCE_BYTES = 1 << 16;

/**
 * Walks through an .onnx file and skips its weights, so that a model of gigabytes costs neither memory nor time.
 * Throws RangeError when the file is no ONNX model or is cut short.
 */
export async function scanModelFile(path: string, signal: AbortSignal): Promise<ModelFileFacts> {
  const handle = await open(path, "r");
  try {
    const externalFiles = new Set<string>();
    const operators = new Set<string>();
    const { size } = await handle.stat();
    const file = new FileWindow(handle);
    let graphs = 0;
    for await (const field of fieldsOf(file, 0, size)) {
      if (field.number !== ONNX.model.graph) continue;
      graphs += 1;
      for await (const part of fieldsOf(file, field.from, field.from + field.length)) {
        throwIfAborted(signal);
        if (part.number === ONNX.graph.node) operators.add(operatorOf(await file.read(part.from, part.length)));
        if (part.number !== ONNX.graph.initializer || part.length > LARGEST_REFERENCE_BYTES) continue;
        const external = externalFileOf(await file.read(part.from, part.length));
        if (external !== undefined) externalFiles.add(external);
      }
    }
    if (graphs === 0) throw new RangeError("no ONNX model: it has no graph");
    return { externalFiles: [...externalFiles].sort(), operators };
  } finally {
    await handle.close();
  }
}

interface Span {
  readonly number: number;
  readonly from: number;
  readonly length: number;
}

/** The length-delimited fields between two positions of a file; those of other kinds are passed over. */
async function* fieldsOf(file: FileWindow, from: number, to: number): AsyncGenerator<Span> {
  let position = from;
  while (position < to) {
    const key = await file.varint(position);
    const wireType = key.value % 8;
    if (wireType === 0) {
      position = (await file.varint(key.end)).end;
      continue;
    }
    if (wireType === 1 || wireType === 5) {
      position = key.end + (wireType === 1 ? 8 : 4);
      continue;
    }
    if (wireType !== 2) throw new RangeError(`no ONNX model: unknown wire type ${wireType} at byte ${position}`);
    const length = await file.varint(key.end);
    position = length.end + length.value;
    if (position > to) throw new RangeError(`the file is cut short: it ends inside the field at byte ${length.end}`);
    yield { number: Math.floor(key.value / 8), from: length.end, length: length.value };
  }
}

const WINDOW_BYTES = 1 << 16;
const LONGEST_VARINT = 10;

/** Reads a file here and there through one buffer, so that neighbouring small reads cost one. */
class FileWindow {
  readonly #handle: FileHandle;
  #start = 0;
  #window: Uint8Array = new Uint8Array(0);

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(from: number, length: number): Promise<Uint8Array> {
    if (from < this.#start || from + length > this.#start + this.#window.length) {
      const buffer = new Uint8Array(Math.max(length, WINDOW_BYTES));
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, from);
      this.#start = from;
      this.#window = buffer.subarray(0, bytesRead);
    }
    return this.#window.subarray(from - this.#start, from - this.#start + length);
  }

  async varint(at: number): Promise<{ value: number; end: number }> {
    const bytes = await this.read(at, LONGEST_VARINT);
    let value = 0;
    let scale = 1;
    for (const [index, byte] of bytes.entries()) {
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return { value, end: at + index + 1 };
      scale *= 128;
    }
    throw new RangeError(`no ONNX model: no number at byte ${at}`);
  }
}

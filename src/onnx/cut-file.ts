import { randomUUID } from "node:crypto";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writevSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { messageOf, RunError } from "../domain/errors.ts";
import { cutGraph } from "./cut-graph.ts";
import { type ModelGraph, readModelGraph } from "./graph.ts";

/** Bump when cutting changes what a cut model computes. */
const CUT_VERSION = 1;

/** What to cut out of a model, and under which name to keep it. */
export interface CutRequest {
  readonly onnxFile: string;
  readonly weightsDigest: string;
  /** Short name of the cut, part of the file's name, e.g. `L9`. */
  readonly label: string;
  /** Finds the value to end with. */
  readonly find: (graph: ModelGraph) => string;
  /** Where the cut may lie when the model's folder can't be written; absent when it must lie beside the model's data files. */
  readonly otherFolder?: string;
}

/**
 * The path of the cut model, which is made when it isn't there yet; blocks, so it belongs in a worker thread.
 * Its name carries the weights' digest, so that it can't be another model's, and it appears under that name complete or not at
 * all. Throws RunError when it can't be written.
 */
export function cutFile(request: CutRequest): string {
  const { onnxFile, weightsDigest, label, otherFolder } = request;
  const name = `${basename(onnxFile, ".onnx")}.${label}.${weightsDigest.slice(0, 16)}.v${CUT_VERSION}.onnx`;
  const folders = [dirname(onnxFile), ...(otherFolder === undefined ? [] : [otherFolder])];
  const paths = folders.map((folder) => join(folder, name));
  const present = paths.find((path) => existsSync(path));
  if (present !== undefined) return present;
  const graph = readModelGraph(readFileSync(onnxFile));
  const { chunks } = cutGraph(graph, request.find(graph));
  let problem: unknown;
  for (const path of paths) {
    try {
      writeWhole(path, chunks);
      return path;
    } catch (error) {
      problem ??= error;
    }
  }
  throw new RunError(`the cut model ${paths.join(" or ")} can't be written: ${messageOf(problem)}`, {
    hint: "make the model's folder writable, or copy the model into a folder that is",
    cause: problem,
  });
}

function writeWhole(path: string, chunks: readonly Uint8Array[]): void {
  const draft = `${path}.${randomUUID()}.part`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    writeChunks(draft, chunks);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** writev takes at most this many buffers at once on every platform. */
const CHUNKS_A_WRITE = 512;

function writeChunks(path: string, chunks: readonly Uint8Array[]): void {
  const file = openSync(path, "wx");
  try {
    for (let at = 0; at < chunks.length; at += CHUNKS_A_WRITE) writeAll(file, chunks.slice(at, at + CHUNKS_A_WRITE));
  } finally {
    closeSync(file);
  }
}

/** A write may take fewer bytes than it was given, without an error. */
function writeAll(file: number, chunks: readonly Uint8Array[]): void {
  let rest = chunks.filter(({ length }) => length > 0);
  while (rest.length > 0) {
    let written = writevSync(file, rest);
    if (written === 0) throw new Error("no space left on the device");
    rest = rest.flatMap((chunk) => {
      const taken = Math.min(written, chunk.length);
      written -= taken;
      return taken < chunk.length ? [chunk.subarray(taken)] : [];
    });
  }
}

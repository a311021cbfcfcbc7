import { createHash, type Hash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { UsageError } from "../domain/errors.ts";
import type { ModelFile } from "./model-file.ts";
import type { PlacedTensor, Shard } from "./shard.ts";
import { tensorType } from "./tensor-types.ts";

/** By what a model is known; each `sha256:` and 64 hexadecimal digits. */
export interface ModelDigests {
  /** Of the file; of a split model over the list of its shards' digests. */
  readonly weights: string;
  /** Over the list, sorted by name, of every tensor's name, type, shape and data: equal for equal weights, whatever the header says of them. */
  readonly tensors: string;
  /** Over what the header says of tokenizer and hyperparameters: everything that isn't a name, a description or how it was quantized. */
  readonly hyperparameters: string;
}

const READ_BYTES = 1 << 20;

/** What a header tells beside the model itself; a chat template is a setting, which the rendered prompts show. */
const TOLD_ASIDE = /^(general\.(?!architecture$)|split\.|quantize\.|tokenizer\.chat_template)/;

/** Reads the whole model once. Rejects with `UsageError` when a file changes meanwhile, and with the signal's reason. */
export async function digestModel({ shards }: ModelFile, signal: AbortSignal): Promise<ModelDigests> {
  const files: string[] = [];
  const tensors: TensorDigest[] = [];
  for (const shard of shards) {
    const read = await digestShard(shard, signal);
    files.push(read.file);
    tensors.push(...read.tensors);
  }
  const [only = ""] = files;
  return {
    weights: named(files.length === 1 ? only : sha256(JSON.stringify(files))),
    tensors: named(sha256(JSON.stringify(tensors.toSorted(byName)))),
    hyperparameters: hyperparametersDigest(shards[0]),
  };
}

/** Of the header alone; needs no weights. */
export function hyperparametersDigest({ header }: Shard): string {
  const told = [...header.valueDigests].filter(([key]) => !TOLD_ASIDE.test(key));
  return named(sha256(JSON.stringify(told.toSorted(byName))));
}

type TensorDigest = readonly [name: string, type: string, shape: readonly number[], data: string];

interface ShardDigests {
  readonly file: string;
  readonly tensors: readonly TensorDigest[];
}

/** What was read before in this process: a file of the same place, size and times is the same. */
const remembered = new Map<string, ShardDigests>();

async function digestShard(shard: Shard, signal: AbortSignal): Promise<ShardDigests> {
  const before = await placeOf(shard.path);
  const known = remembered.get(before);
  if (known !== undefined) return known;
  const digests = await readDigests(shard, signal);
  if ((await placeOf(shard.path)) !== before)
    throw new UsageError(`${shard.path} changed while it was read`, {
      hint: "wait until it is written, then start again",
    });
  remembered.set(before, digests);
  return digests;
}

async function placeOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return [path, dev, ino, size, mtimeNs, ctimeNs].join(" ");
}

async function readDigests({ path, fileBytes, tensors }: Shard, signal: AbortSignal): Promise<ShardDigests> {
  const whole = createHash("sha256");
  const found: TensorDigest[] = [];
  const file = await open(path, "r");
  try {
    const chunk = Buffer.alloc(READ_BYTES);
    let next = 0;
    let data: Hash = createHash("sha256");
    for (let position = 0; position < fileBytes; ) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, READ_BYTES, position);
      if (bytesRead === 0) break;
      whole.update(chunk.subarray(0, bytesRead));
      const end = position + bytesRead;
      for (let tensor = tensors[next]; tensor !== undefined && tensor.start < end; tensor = tensors[next]) {
        const last = tensor.start + tensor.bytes;
        data.update(chunk.subarray(Math.max(0, tensor.start - position), Math.min(bytesRead, last - position)));
        if (last > end) break;
        found.push(tensorDigest(tensor, data));
        data = createHash("sha256");
        next += 1;
      }
      position = end;
    }
    // An empty tensor at the very end.
    for (const tensor of tensors.slice(next)) found.push(tensorDigest(tensor, createHash("sha256")));
  } finally {
    await file.close();
  }
  return { file: whole.digest("hex"), tensors: found };
}

function tensorDigest({ name, type, shape }: PlacedTensor, data: Hash): TensorDigest {
  return [name, tensorType(type)?.name ?? String(type), shape, data.digest("hex")];
}

function byName(a: readonly [string, ...unknown[]], b: readonly [string, ...unknown[]]): number {
  return a[0] < b[0] ? -1 : 1;
}

function named(digest: string): string {
  return `sha256:${digest}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

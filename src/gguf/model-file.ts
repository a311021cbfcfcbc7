import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UsageError } from "../domain/errors.ts";
import { readShard, type Shard } from "./shard.ts";

/** A model on disk: one GGUF file, or all the shards of a split one, in order. */
export interface ModelFile {
  /** What a user names: the file, or the first shard. */
  readonly path: string;
  readonly shards: readonly [Shard, ...Shard[]];
}

/** llama-gguf-split's names, which llama.cpp looks for: `model-00001-of-00003.gguf`. */
const SHARD_NAME = /^(?<prefix>.*)-(?<number>\d{5})-of-(?<count>\d{5})\.gguf$/;

/**
 * Reads the headers of a model's files and holds them against the files' sizes; no weights are read. Throws `UsageError` for a shard other than
 * the first, for a missing, foreign or doubled one, and whatever `readShard` refuses.
 */
export async function readModelFile(path: string): Promise<ModelFile> {
  const first = await readShard(path);
  const count = numberIn(first, "split.count") ?? 1;
  if (count <= 1) return { path, shards: [first] };
  const name = SHARD_NAME.exec(basename(path))?.groups;
  const number = numberIn(first, "split.no") ?? 0;
  if (name === undefined || Number(name.count) !== count || Number(name.number) !== number + 1)
    throw new UsageError(`${path} is shard ${number + 1} of ${count}, but isn't named as one`, {
      hint: `llama.cpp finds the others by name: call it …${shardName("", number + 1, count)}`,
    });
  const pathOf = (no: number): string => join(dirname(path), shardName(name.prefix ?? "", no, count));
  if (number !== 0)
    throw new UsageError(`${path} is shard ${number + 1} of ${count}, not the first`, {
      hint: `name ${basename(pathOf(1))}; the others are found beside it`,
    });
  const others: Shard[] = [];
  for (let no = 2; no <= count; no += 1) others.push(await readOther(pathOf(no), no, count));
  assertWhole(path, first, [first, ...others]);
  return { path, shards: [first, ...others] };
}

/** What the header tells by `key`, if it is a number there; the first shard's tells of the whole model. */
export function numberOf({ shards: [first] }: ModelFile, key: string): number | undefined {
  return numberIn(first, key);
}

/** The same of a text. */
export function textOf({ shards: [first] }: ModelFile, key: string): string | undefined {
  const value = first.header.values.get(key);
  return typeof value === "string" ? value : undefined;
}

async function readOther(path: string, no: number, count: number): Promise<Shard> {
  const there = await stat(path).catch(() => undefined);
  if (there === undefined)
    throw new UsageError(`shard ${no} of ${count} is missing: there is no ${path}`, {
      hint: "fetch all shards of the model into one folder",
    });
  const shard = await readShard(path);
  const told = { no: (numberIn(shard, "split.no") ?? -1) + 1, count: numberIn(shard, "split.count") };
  if (told.no !== no || told.count !== count)
    throw new UsageError(
      told.count === undefined
        ? `${path} should be shard ${no} of ${count}, and is no shard at all`
        : `${path} should be shard ${no} of ${count}, and is shard ${told.no} of ${told.count}`,
      { hint: "fetch the shards again, all of one split" },
    );
  return shard;
}

/** Shards of different splits betray themselves by tensors that are there twice, or too few of them. */
function assertWhole(path: string, first: Shard, shards: readonly Shard[]): void {
  const seen = new Map<string, string>();
  for (const shard of shards) {
    for (const { name } of shard.tensors) {
      const other = seen.get(name);
      if (other !== undefined)
        throw new UsageError(
          `the shards of ${path} don't belong together: ${name} is in ${other} and ${basename(shard.path)}`,
          {
            hint: "fetch the shards again, all of one split",
          },
        );
      seen.set(name, basename(shard.path));
    }
  }
  const told = numberIn(first, "split.tensors.count");
  if (told !== undefined && told !== seen.size)
    throw new UsageError(
      `the shards of ${path} don't belong together: the first tells of ${told} tensors, and there are ${seen.size}`,
      { hint: "fetch the shards again, all of one split" },
    );
}

function shardName(prefix: string, no: number, count: number): string {
  return `${prefix}-${String(no).padStart(5, "0")}-of-${String(count).padStart(5, "0")}.gguf`;
}

function numberIn({ header }: Shard, key: string): number | undefined {
  const value = header.values.get(key);
  return typeof value === "number" ? value : undefined;
}

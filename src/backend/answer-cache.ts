import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { BackendAnswer, BackendRequest } from "../domain/answer.ts";
import type { VariantIdentity } from "../domain/record.ts";

/** Raised when the same request may be answered otherwise by newer code. */
const VERSION = "v2";

const TokensSchema = z.object({ prompt: z.number(), completion: z.number() });
const TimingsSchema = z.looseObject({ wallMs: z.number() });
const LogprobSchema = z.union([z.number(), z.literal("not-shown")]);
const AnswerSchema = z.discriminatedUnion("kind", [
  z.looseObject({
    kind: z.literal("text"),
    text: z.string().min(1),
    finish: z.enum(["end", "stop", "length"]),
    tokens: TokensSchema,
    timings: TimingsSchema,
  }),
  z.object({
    kind: z.literal("letters"),
    logprobs: z.array(LogprobSchema),
    tokens: TokensSchema,
    timings: TimingsSchema,
  }),
  z.object({
    kind: z.literal("continuations"),
    logprobs: z.array(z.number()),
    tokens: TokensSchema,
    timings: TimingsSchema,
  }),
]);

export interface CacheStatistics {
  readonly folder: string;
  readonly answers: number;
  readonly bytes: number;
}

/** Why a variant's answers are not kept, or `undefined` when they are. */
export function uncacheable(identity: VariantIdentity): string | undefined {
  return identity.weightsDigest === undefined
    ? "the server tells no digest of its weights, so an answer of other weights under the same name could be taken for this one's"
    : undefined;
}

/** Answers on disk, one file each, named by the hash of everything that decides the answer. Damaged entries are as good as none. */
export class AnswerCache {
  readonly #folder: string;

  /** `folder`: QuantGate's cache folder; answers have a folder of their own in it. */
  constructor(folder: string) {
    this.#folder = answersFolder(folder);
  }

  /** 64 hex digits over weights, build, every setting of the backend, and the whole request. */
  key(identity: VariantIdentity, request: BackendRequest): string {
    const { weightsDigest, tensorsDigest, hyperparametersDigest, build, settings } = identity;
    const content = [
      VERSION,
      // Equal tensors answer alike under whatever name, so they are asked once.
      ...(tensorsDigest === undefined ? [weightsDigest] : [tensorsDigest, hyperparametersDigest]),
      build,
      Object.entries(settings)
        .filter(([name]) => tensorsDigest === undefined || name !== "file")
        .sort(byName),
      Object.entries(request).sort(byName),
    ];
    return createHash("sha256").update(JSON.stringify(content)).digest("hex");
  }

  async get(key: string): Promise<BackendAnswer | undefined> {
    try {
      const parsed = AnswerSchema.safeParse(JSON.parse(await readFile(this.#pathOf(key), "utf8")));
      return parsed.success ? (parsed.data as BackendAnswer) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Writes beside and renames, so that a reader sees a whole answer or none. A full disk costs the entry, not the item. */
  async put(key: string, answer: BackendAnswer): Promise<void> {
    const path = this.#pathOf(key);
    const draft = `${path}.${randomBytes(6).toString("hex")}`;
    try {
      await mkdir(join(this.#folder, key.slice(0, 2)), { recursive: true });
      await writeFile(draft, JSON.stringify(answer));
      await rename(draft, path);
    } catch {
      await rm(draft, { force: true }).catch(() => {});
    }
  }

  #pathOf(key: string): string {
    return join(this.#folder, key.slice(0, 2), `${key.slice(2)}.json`);
  }
}

/** How many answers are kept in QuantGate's cache folder, and their size. */
export async function cacheStatistics(cacheFolder: string): Promise<CacheStatistics> {
  const folder = answersFolder(cacheFolder);
  let answers = 0;
  let bytes = 0;
  for (const shard of await readdir(folder).catch(() => [])) {
    for (const name of await readdir(join(folder, shard)).catch(() => [])) {
      const found = await stat(join(folder, shard, name)).catch(() => undefined);
      if (found === undefined || !name.endsWith(".json")) continue;
      answers += 1;
      bytes += found.size;
    }
  }
  return { folder, answers, bytes };
}

/** Deletes all kept answers; returns what was there. */
export async function clearCache(cacheFolder: string): Promise<CacheStatistics> {
  const statistics = await cacheStatistics(cacheFolder);
  await rm(join(cacheFolder, "answers"), { recursive: true, force: true });
  return statistics;
}

function answersFolder(cacheFolder: string): string {
  return join(cacheFolder, "answers", VERSION);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

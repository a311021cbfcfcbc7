import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Embedding } from "./embedding.ts";
import { decodeEmbedding, encodeEmbedding } from "./embedding-file.ts";

export interface EmbeddingCacheOptions {
  readonly folder: string;
  /** What the folder is trimmed to, oldest files first, when the cache is closed. */
  readonly capacityBytes: number;
}

/**
 * Embeddings on disk, one file each, named by the encoder's key and the text's hash. Several processes may share the folder:
 * a file appears whole or not at all, and a damaged one counts as absent. Failing to write is no error: the run just
 * computes more.
 */
export class EmbeddingCache {
  readonly #folder: string;
  readonly #capacityBytes: number;
  #written = false;

  constructor({ folder, capacityBytes }: EmbeddingCacheOptions) {
    this.#folder = folder;
    this.#capacityBytes = capacityBytes;
  }

  async get(encoderKey: string, textHash: string): Promise<Embedding | undefined> {
    try {
      return decodeEmbedding(await readFile(this.#path(encoderKey, textHash)));
    } catch {
      return undefined;
    }
  }

  async put(encoderKey: string, textHash: string, embedding: Embedding): Promise<void> {
    const contents = encodeEmbedding(embedding);
    if (contents === undefined) return;
    const path = this.#path(encoderKey, textHash);
    const draft = `${path}.${randomUUID()}.part`;
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(draft, contents);
      await rename(draft, path);
      this.#written = true;
    } catch {
      await rm(draft, { force: true }).catch(() => undefined);
    }
  }

  /** Deletes the oldest files until the rest fits, if anything was added. */
  async close(): Promise<void> {
    if (!this.#written) return;
    const files = await this.#files();
    files.sort((a, b) => a.modifiedMs - b.modifiedMs);
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    for (const file of files) {
      if (bytes <= this.#capacityBytes) return;
      await rm(file.path, { force: true });
      bytes -= file.bytes;
    }
  }

  async #files(): Promise<{ path: string; bytes: number; modifiedMs: number }[]> {
    const entries = await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(() => []);
    const files = [];
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const { size, mtimeMs } = await stat(path).catch(() => ({ size: 0, mtimeMs: 0 }));
      files.push({ path, bytes: size, modifiedMs: mtimeMs });
    }
    return files;
  }

  #path(encoderKey: string, textHash: string): string {
    return join(this.#folder, encoderKey.slice(0, 32), textHash.slice(0, 2), textHash);
  }
}

import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, RunError, UsageError } from "../domain/errors.ts";
import type { Dataset } from "./dataset.ts";
import type { Manifest } from "./manifest.ts";

/** What is known of a written file once it is complete; what a manifest says of it. */
export interface WrittenFile {
  readonly file: string;
  readonly items: number;
  readonly sha256: string;
}

/** Where a dataset is written. */
export interface DatasetTarget {
  /** Folder of datasets; the dataset's own folder is made in it, under its name. */
  readonly folder: string;
  readonly name: string;
  /** Whether a dataset of that name gives way. */
  readonly replace: boolean;
}

const BUFFER_BYTES = 1 << 16;

/**
 * Writes a dataset beside its place and moves it there in one step when it is complete: readers see the old one, or the new one, or none.
 * Throws `UsageError` when there is one already that may not be replaced, `RunError` when the disk doesn't take it.
 */
export class DatasetWriter {
  readonly #target: DatasetTarget;
  readonly #draft: string;

  private constructor(target: DatasetTarget, draft: string) {
    this.#target = target;
    this.#draft = draft;
  }

  static async open(target: DatasetTarget): Promise<DatasetWriter> {
    await assertFree(target);
    // A name that no dataset can have, so that nobody takes a draft for one.
    const draft = join(target.folder, `.${target.name}.${randomUUID()}`);
    return onDisk(draft, async () => {
      await mkdir(draft, { recursive: true });
      return new DatasetWriter(target, draft);
    });
  }

  /** Writes rows as JSON Lines until the iterable ends. */
  async writeRows(file: string, rows: AsyncIterable<object>): Promise<WrittenFile> {
    const path = join(this.#draft, file);
    const hash = createHash("sha256");
    const handle = await onDisk(path, () => open(path, "wx"));
    let items = 0;
    let waiting = "";
    const flush = async (): Promise<void> => {
      const bytes = Buffer.from(waiting, "utf8");
      waiting = "";
      hash.update(bytes);
      await onDisk(path, () => writeAll(handle, bytes));
    };
    try {
      for await (const row of rows) {
        items += 1;
        waiting += `${JSON.stringify(row)}\n`;
        if (waiting.length >= BUFFER_BYTES) await flush();
      }
      await flush();
      await onDisk(path, () => handle.sync());
    } finally {
      await handle.close();
    }
    return { file, items, sha256: hash.digest("hex") };
  }

  /** Writes the manifest and puts the dataset in its place. */
  async commit(manifest: Manifest): Promise<Dataset> {
    const folder = join(this.#target.folder, this.#target.name);
    const path = join(this.#draft, "manifest.json");
    return onDisk(folder, async () => {
      const handle = await open(path, "wx");
      try {
        await writeAll(handle, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
        await handle.sync();
      } finally {
        await handle.close();
      }
      await assertFree(this.#target);
      const old = `${this.#draft}.old`;
      const moved = await rename(folder, old).then(
        () => true,
        () => false,
      );
      await rename(this.#draft, folder);
      if (moved) await rm(old, { recursive: true, force: true });
      return { folder, manifest };
    });
  }

  /** Removes what was written so far; after `commit` there is nothing to remove. */
  async discard(): Promise<void> {
    await rm(this.#draft, { recursive: true, force: true });
  }
}

async function assertFree({ folder, name, replace }: DatasetTarget): Promise<void> {
  const path = join(folder, name);
  const isThere = (file: string): Promise<boolean> =>
    stat(file).then(
      () => true,
      () => false,
    );
  if (!(await isThere(path))) return;
  if (!(await isThere(join(path, "manifest.json"))))
    throw new UsageError(`${path} is no dataset, so it is not replaced`, { hint: "give another name or folder" });
  if (!replace)
    throw new UsageError(`there is a dataset at ${path} already`, {
      hint: "--replace puts the new one in its place; or give another name",
    });
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof UsageError || !(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new RunError(`${path} can't be written: ${messageOf(cause)}`, {
      cause,
      hint: "make room on the disk, or check who may write there",
    });
  }
}

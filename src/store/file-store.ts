import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, RunError, UsageError } from "../domain/errors.ts";
import type { Collection, CollectionName } from "./collection.ts";
import { FileCollection } from "./file-collection.ts";
import { FileRun } from "./file-run.ts";
import { type ListedRun, listRun } from "./listed-run.ts";
import { createFile } from "./replace-file.ts";
import { fits } from "./run-filter.ts";
import { assertRunId, isRunId, noSuchRun, runExists } from "./run-id.ts";
import type { Run, RunFilter, RunPage, RunStore } from "./run-store.ts";

/** Files that are looked at together. */
const AT_ONCE = 32;

interface KeptListing {
  /** Times and sizes of the documents it was made from. */
  readonly version: string;
  readonly card: ListedRun;
}

/** Runs as folders: `<folder>/<id>/{manifest.json, records.jsonl, …}`. */
export class FileStore implements RunStore {
  readonly #folder: string;
  readonly #kept = new Map<string, KeptListing>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async create(id: string, manifest?: string): Promise<Run> {
    const path = this.#pathOf(id);
    await this.#makeFolder();
    // A folder is renamed onto an empty one or none: a run that was made but never begun gives way, one that was begun doesn't.
    const beside = join(this.#folder, `.new-${randomUUID()}`);
    try {
      if (manifest === undefined) {
        await mkdir(path);
      } else {
        await mkdir(beside);
        await createFile(join(beside, "manifest.json"), manifest);
        await rename(beside, path);
      }
    } catch (cause) {
      await rm(beside, { recursive: true, force: true });
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "EEXIST" || code === "ENOTEMPTY") throw runExists(id, this.#folder, cause);
      throw new RunError(`${path}: can't be made: ${messageOf(cause)}`, { cause, hint: "is there room on the disk?" });
    }
    return new FileRun(id, path);
  }

  async open(id: string): Promise<Run> {
    const path = this.#pathOf(id);
    if ((await versionOf(join(path, "manifest.json"))) === undefined) throw noSuchRun(id, this.#folder);
    return new FileRun(id, path);
  }

  async list(): Promise<readonly string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true }).catch(() => []);
    const folders = entries.filter((entry) => entry.isDirectory() && isRunId(entry.name)).map((entry) => entry.name);
    const runs = await mapSome(folders, async (id) => {
      const path = join(this.#folder, id);
      if ((await versionOf(join(path, "manifest.json"))) === undefined) return [];
      // The folder is made once; the manifest is replaced whenever the run goes on.
      const made = await stat(path).catch(() => undefined);
      return made === undefined ? [] : [{ id, madeMs: made.birthtimeMs }];
    });
    return runs
      .flat()
      .sort((a, b) => b.madeMs - a.madeMs || (a.id < b.id ? 1 : -1))
      .map(({ id }) => id);
  }

  async find(
    filter: RunFilter,
    { limit, after }: { readonly limit: number; readonly after?: string },
  ): Promise<RunPage> {
    const ids = await this.list();
    const runs: ListedRun[] = [];
    const from = after === undefined ? 0 : ids.indexOf(after) + 1;
    if (after !== undefined && from === 0) return { runs, more: false };
    for (let start = from; start < ids.length; start += AT_ONCE) {
      const cards = await mapSome(ids.slice(start, start + AT_ONCE), (id) => this.#listed(id));
      for (const card of cards) {
        if (!fits(card, filter)) continue;
        if (runs.length === limit) return { runs, more: true };
        runs.push(card);
      }
    }
    return { runs, more: false };
  }

  async remove(id: string): Promise<void> {
    const run = await this.open(id);
    await run.lock();
    // Gone at once for everybody else, the lock with it.
    const aside = join(this.#folder, `.removed-${randomUUID()}`);
    try {
      await rename(run.location, aside);
      await rm(aside, { recursive: true, force: true, maxRetries: 3 });
    } catch (cause) {
      throw new RunError(`${run.location}: can't be deleted: ${messageOf(cause)}`, { cause });
    } finally {
      await run.close();
    }
    this.#kept.delete(id);
  }

  collection(name: CollectionName): Collection {
    return new FileCollection(join(this.#folder, ".shelves", name));
  }

  async check(): Promise<void> {
    await this.#makeFolder();
    await access(this.#folder, constants.R_OK | constants.W_OK).catch((cause: unknown) => {
      throw new RunError(`${this.#folder}: can't be written: ${messageOf(cause)}`, { cause });
    });
  }

  async close(): Promise<void> {
    this.#kept.clear();
  }

  async #listed(id: string): Promise<ListedRun> {
    const files = ["manifest.json", "verdicts.json"].map((name) => join(this.#folder, id, name));
    const version = (await Promise.all(files.map(versionOf))).join(" ");
    const kept = this.#kept.get(id);
    if (kept?.version === version) return kept.card;
    const [manifest, verdicts] = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => undefined)));
    const card = listRun(id, manifest, verdicts);
    this.#kept.set(id, { version, card });
    return card;
  }

  async #makeFolder(): Promise<void> {
    await mkdir(this.#folder, { recursive: true }).catch((cause: unknown) => {
      throw new UsageError(`the folder for runs, ${this.#folder}, can't be made`, {
        cause,
        hint: "choose another one with --runs",
      });
    });
  }

  #pathOf(id: string): string {
    assertRunId(id);
    return join(this.#folder, id);
  }
}

/** What changes when a file is replaced; `undefined` where there is no file. */
async function versionOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isFile() ? `${found.ino}:${found.mtimeNs}:${found.size}` : undefined;
}

async function mapSome<T, R>(values: readonly T[], map: (value: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < values.length; start += AT_ONCE)
    results.push(...(await Promise.all(values.slice(start, start + AT_ONCE).map(map))));
  return results;
}

import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../domain/errors.ts";
import { FileRun } from "./file-run.ts";
import type { Run, RunStore } from "./run-store.ts";

/** Ids go into paths: letters, digits, dot, dash and underscore only, and no leading dot. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Runs as folders: `<folder>/<id>/{manifest.json, records.jsonl, …}`. */
export class FileStore implements RunStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async create(id: string): Promise<Run> {
    const path = this.#pathOf(id);
    await mkdir(this.#folder, { recursive: true }).catch((cause: unknown) => {
      throw new UsageError(`the folder for runs, ${this.#folder}, can't be made`, {
        cause,
        hint: "choose another one with --runs",
      });
    });
    await mkdir(path).catch((cause: unknown) => {
      throw new UsageError(`${path}: a run of this id exists, or the folder can't be made`, { cause });
    });
    return new FileRun(id, path);
  }

  async open(id: string): Promise<Run> {
    const path = this.#pathOf(id);
    if (!(await isFile(join(path, "manifest.json"))))
      throw new UsageError(`no run "${id}" in ${this.#folder}`, { hint: "`quantgate runs` lists the runs there are" });
    return new FileRun(id, path);
  }

  async list(): Promise<readonly string[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true }).catch(() => []);
    const ids: { readonly id: string; readonly startedMs: number }[] = [];
    for (const entry of entries) {
      if (!entry.isDirectory() || !RUN_ID.test(entry.name)) continue;
      const path = join(this.#folder, entry.name);
      if (!(await isFile(join(path, "manifest.json")))) continue;
      // The folder is made once; the manifest is replaced whenever the run goes on.
      ids.push({ id: entry.name, startedMs: (await stat(path)).birthtimeMs });
    }
    return ids.sort((a, b) => b.startedMs - a.startedMs || (a.id < b.id ? 1 : -1)).map(({ id }) => id);
  }

  #pathOf(id: string): string {
    if (!RUN_ID.test(id))
      throw new UsageError(`"${id}" is not a run's id`, { hint: "`quantgate runs` lists the runs there are" });
    return join(this.#folder, id);
  }
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, RunError } from "../domain/errors.ts";
import { assertEntryName, type Collection } from "./collection.ts";
import { replaceFile } from "./replace-file.ts";

const SUFFIX = ".json";

/** A collection as a folder of files. */
export class FileCollection implements Collection {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async get(name: string): Promise<string | undefined> {
    const path = this.#pathOf(name);
    return readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return undefined;
      throw new RunError(`${path}: can't read: ${messageOf(cause)}`, { cause });
    });
  }

  async put(name: string, text: string): Promise<void> {
    const path = this.#pathOf(name);
    try {
      await mkdir(this.#folder, { recursive: true });
      await replaceFile(path, text);
    } catch (cause) {
      throw new RunError(`${path}: can't write: ${messageOf(cause)}`, { cause, hint: "is there room on the disk?" });
    }
  }

  async remove(name: string): Promise<boolean> {
    const path = this.#pathOf(name);
    return rm(path).then(
      () => true,
      (cause: NodeJS.ErrnoException) => {
        if (cause.code === "ENOENT") return false;
        throw new RunError(`${path}: can't delete: ${messageOf(cause)}`, { cause });
      },
    );
  }

  async names(): Promise<readonly string[]> {
    const entries = await readdir(this.#folder).catch(() => []);
    return entries
      .filter((entry) => entry.endsWith(SUFFIX))
      .map((entry) => entry.slice(0, -SUFFIX.length))
      .sort();
  }

  #pathOf(name: string): string {
    assertEntryName(name);
    return join(this.#folder, `${name}${SUFFIX}`);
  }
}

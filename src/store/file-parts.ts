import { mkdir, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, RunError } from "../domain/errors.ts";
import { isPartName } from "./part-name.ts";
import { createFile } from "./replace-file.ts";
import type { PartName } from "./run-store.ts";

/** Parts of a run as files in a folder of their own, until they are sealed. */
export class FileParts {
  readonly #folder: string;
  /** An empty file that stays. */
  readonly #seal: string;

  constructor(run: string) {
    this.#folder = join(run, "parts");
    this.#seal = join(run, "parts.sealed");
  }

  async put(name: PartName, text: string): Promise<"written" | "exists"> {
    const path = join(this.#folder, name);
    try {
      if (await this.areSealed()) return "exists";
      // Not the run's own folder: that of a deleted run must not come back.
      await mkdir(this.#folder).catch(ignore("EEXIST"));
      return (await createFile(path, text)) ? "written" : "exists";
    } catch (cause) {
      // Another process has sealed them meanwhile.
      if (await this.areSealed()) return "exists";
      throw new RunError(`${path}: can't write: ${messageOf(cause)}`, {
        cause,
        hint: "was the run deleted, or is the disk full?",
      });
    }
  }

  async read(name: PartName): Promise<string | undefined> {
    const path = join(this.#folder, name);
    try {
      return await readFile(path, "utf8");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new RunError(`${path}: can't read: ${messageOf(cause)}`, { cause });
    }
  }

  async names(): Promise<ReadonlySet<PartName>> {
    const entries = await readdir(this.#folder).catch(ignore("ENOENT"));
    return new Set((entries ?? []).filter(isPartName));
  }

  async seal(): Promise<void> {
    try {
      await createFile(this.#seal, "");
      await rm(this.#folder, { recursive: true, force: true, maxRetries: 3 });
    } catch (cause) {
      throw new RunError(`${this.#seal}: can't write: ${messageOf(cause)}`, { cause });
    }
  }

  async areSealed(): Promise<boolean> {
    return (await stat(this.#seal).catch(() => undefined)) !== undefined;
  }
}

function ignore(code: string): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (error.code !== code) throw error;
    return undefined;
  };
}

import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { messageOf, RunError, UsageError } from "../domain/errors.ts";

/** Resolves to the newest run that passed, and so can't be given to a run. */
export const LAST_PASSING = "last-passing";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const FileSchema = z.strictObject({ schema: z.literal(1), baselines: z.record(z.string(), z.string()) });

/** Port: runs that have a name as baselines. */
export interface NamedBaselines {
  /** Id of the run by each name, in the order of the names. */
  all(): Promise<ReadonlyMap<string, string>>;
  /** Names a run, also when the name was another's. Throws `UsageError` for a name that can't be one. */
  set(name: string, runId: string): Promise<void>;
}

/** Named baselines as `baselines.json` in the folder of runs. A reader sees the old file or the new one, never half of it. */
export class BaselineFile implements NamedBaselines {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async all(): Promise<ReadonlyMap<string, string>> {
    const path = this.#path();
    let text: string;
    try {
      text = await readFile(path, "utf8");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return new Map();
      throw new RunError(`${path}: can't read: ${messageOf(cause)}`, { cause });
    }
    try {
      const { baselines } = FileSchema.parse(JSON.parse(text));
      return new Map(Object.entries(baselines).sort(([a], [b]) => (a < b ? -1 : 1)));
    } catch (cause) {
      throw new UsageError(`${path} is damaged`, {
        cause,
        hint: "repair it, or delete it and name the baselines again with `quantgate baseline set`",
      });
    }
  }

  async set(name: string, runId: string): Promise<void> {
    if (name === LAST_PASSING) throw new UsageError(`"${name}" always means the newest run that passed`);
    if (!NAME.test(name))
      throw new UsageError(`"${name}" can't be a baseline's name`, {
        hint: "letters, digits, dot, dash and underscore, at most 64",
      });
    const baselines = Object.fromEntries([...(await this.all()), [name, runId]]);
    const path = this.#path();
    const beside = `${path}.${randomUUID()}.tmp`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(beside, `${JSON.stringify({ schema: 1, baselines }, null, 2)}\n`, { flush: true });
      await rename(beside, path);
    } catch (cause) {
      await rm(beside, { force: true });
      throw new RunError(`${path}: can't write: ${messageOf(cause)}`, { cause });
    }
  }

  #path(): string {
    return join(this.#folder, "baselines.json");
  }
}

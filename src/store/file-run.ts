import { randomUUID } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, RunError } from "../domain/errors.ts";
import { LineFile } from "./line-file.ts";
import { takeLock } from "./run-lock.ts";
import type { DocumentName, Position, Run, StoredLine, StreamName } from "./run-store.ts";

/** One run in a folder of its own. */
export class FileRun implements Run {
  readonly id: string;
  readonly location: string;
  readonly #streams: Readonly<Record<StreamName, LineFile>>;
  #unlock: (() => Promise<void>) | undefined;

  constructor(id: string, folder: string) {
    this.id = id;
    this.location = folder;
    this.#streams = {
      records: new LineFile(join(folder, "records.jsonl")),
      scores: new LineFile(join(folder, "scores.jsonl")),
    };
  }

  async read(name: DocumentName): Promise<string | undefined> {
    try {
      return await readFile(join(this.location, name), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new RunError(`${join(this.location, name)}: can't read: ${messageOf(error)}`, { cause: error });
    }
  }

  /** Writes beside the target and renames, so that a reader sees the old document or the new one, never half of it. */
  async write(name: DocumentName, text: string): Promise<void> {
    const target = join(this.location, name);
    const beside = `${target}.${randomUUID()}.tmp`;
    try {
      const file = await open(beside, "w");
      try {
        await file.writeFile(text, "utf8");
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(beside, target);
    } catch (cause) {
      await rm(beside, { force: true });
      throw new RunError(`${target}: can't write: ${messageOf(cause)}`, { cause, hint: "is there room on the disk?" });
    }
  }

  async lock(): Promise<void> {
    this.#unlock ??= await takeLock(join(this.location, "lock"));
  }

  async append(stream: StreamName, line: string): Promise<void> {
    this.#streams[stream].append(line);
  }

  lines(stream: StreamName, from: Position, signal: AbortSignal): AsyncIterable<StoredLine> {
    return this.#streams[stream].lines(from, signal);
  }

  async end(stream: StreamName): Promise<Position> {
    return this.#streams[stream].end();
  }

  async reset(stream: "scores"): Promise<void> {
    this.#streams[stream].empty();
  }

  async close(): Promise<void> {
    try {
      await Promise.all(Object.values(this.#streams).map((stream) => stream.close()));
    } finally {
      await this.#unlock?.();
      this.#unlock = undefined;
    }
  }
}

import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf, RunError } from "../domain/errors.ts";
import { FileParts } from "./file-parts.ts";
import { LineFile } from "./line-file.ts";
import { replaceFile } from "./replace-file.ts";
import { takeLock } from "./run-lock.ts";
import type { DocumentName, PartName, Position, Rebuild, Run, StoredLine, StreamName } from "./run-store.ts";

/** One run in a folder of its own. */
export class FileRun implements Run {
  readonly id: string;
  readonly location: string;
  readonly #streams: Readonly<Record<StreamName, LineFile>>;
  readonly #parts: FileParts;
  #unlock: (() => Promise<void>) | undefined;

  constructor(id: string, folder: string) {
    this.id = id;
    this.location = folder;
    this.#streams = {
      records: new LineFile(join(folder, "records.jsonl")),
      scores: new LineFile(join(folder, "scores.jsonl")),
    };
    this.#parts = new FileParts(folder);
  }

  async read(name: DocumentName): Promise<string | undefined> {
    try {
      return await readFile(join(this.location, name), "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new RunError(`${join(this.location, name)}: can't read: ${messageOf(error)}`, { cause: error });
    }
  }

  async write(name: DocumentName, text: string): Promise<void> {
    const target = join(this.location, name);
    await replaceFile(target, text).catch((cause: unknown) => {
      throw cantWrite(target, cause);
    });
  }

  async lock(): Promise<void> {
    this.#unlock ??= await takeLock(join(this.location, "lock"));
  }

  async append(stream: StreamName, line: string): Promise<void> {
    if (stream === "records") await this.#streams.records.append(line);
    else this.#streams.scores.appendSoon(line);
  }

  lines(stream: StreamName, from: Position, signal: AbortSignal): AsyncIterable<StoredLine> {
    return this.#streams[stream].lines(from, signal);
  }

  async end(stream: StreamName): Promise<Position> {
    return this.#streams[stream].end();
  }

  async rebuild(stream: "scores"): Promise<Rebuild> {
    const target = join(this.location, `${stream}.jsonl`);
    const beside = `${target}.new`;
    await rm(beside, { force: true });
    const lines = new LineFile(beside);
    // Empty scores are a file, too.
    lines.end();
    return {
      append: async (line) => lines.appendSoon(line),
      commit: async () => {
        await lines.close();
        await this.#streams[stream].close();
        await rename(beside, target).catch((cause: unknown) => {
          throw cantWrite(target, cause);
        });
      },
      discard: async () => {
        await lines.close().catch(() => {});
        await rm(beside, { force: true });
      },
    };
  }

  putPart(name: PartName, text: string): Promise<"written" | "exists"> {
    return this.#parts.put(name, text);
  }

  readPart(name: PartName): Promise<string | undefined> {
    return this.#parts.read(name);
  }

  partNames(): Promise<ReadonlySet<PartName>> {
    return this.#parts.names();
  }

  sealParts(): Promise<void> {
    return this.#parts.seal();
  }

  arePartsSealed(): Promise<boolean> {
    return this.#parts.areSealed();
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

function cantWrite(target: string, cause: unknown): RunError {
  return new RunError(`${target}: can't write: ${messageOf(cause)}`, { cause, hint: "is there room on the disk?" });
}

import { closeSync, constants, fdatasync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { promisify } from "node:util";
import { messageOf, RunError, throwIfAborted } from "../domain/errors.ts";
import type { Position, StoredLine } from "./run-store.ts";

const NEWLINE = 0x0a;
const SYNC_EVERY_MS = 1000;

const CHUNK_BYTES = 1 << 18;
/** Characters that wait at most; more are written at once. */
const MOST_WAITING = 1 << 20;

/** Lines that are written together. */
interface Batch {
  text: string;
  /** Whether nobody waits for some of them. */
  unwatched: boolean;
  readonly written: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: RunError) => void;
}

/**
 * Append-only file of lines; those of one turn of the event loop are written together. A line is in the kernel's hands when the promise of
 * `append` resolves, so a kill loses nothing; it is forced to the disk within a second, so a power cut loses at most that. Reading streams.
 */
export class LineFile {
  readonly #path: string;
  #fd: number | undefined;
  #size = 0;
  #batch: Batch | undefined;
  /** Why lines that nobody waits for were not written. */
  #lost: RunError | undefined;
  #syncTimer: NodeJS.Timeout | undefined;
  #syncError: Error | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Rejects with `RunError` when neither this line nor another of its batch could be written. */
  async append(line: string): Promise<void> {
    return this.#add(line, "watched").written;
  }

  /** For lines that can be made anew: they are written soon. Throws what an earlier one failed with. */
  appendSoon(line: string): void {
    if (this.#lost !== undefined) throw this.#lost;
    this.#add(line, "unwatched");
  }

  /** Size in bytes, a half-written last line cut off first when the file is open for writing. */
  end(): Position {
    this.#open();
    this.#flush();
    return this.#size;
  }

  /** Whole lines from a position on; a last line without its newline is not given. */
  async *lines(from: Position, signal: AbortSignal): AsyncGenerator<StoredLine> {
    this.#flush();
    let file: FileHandle | undefined;
    try {
      let rest: Buffer = Buffer.alloc(0);
      let position = from;
      let chunk: Buffer | undefined;
      let readAt = from;
      for (;;) {
        throwIfAborted(signal);
        let bytesRead: number;
        if (this.#fd !== undefined) {
          // What this process writes is still in the kernel's memory; a thread to wait for it would cost more than the reading.
          if (readAt >= this.#size) return;
          chunk ??= Buffer.allocUnsafe(Math.min(CHUNK_BYTES, this.#size - readAt));
          bytesRead = readSync(this.#fd, chunk, 0, chunk.length, readAt);
        } else {
          file ??= await this.#openToRead();
          if (file === undefined) return;
          chunk ??= Buffer.allocUnsafe(CHUNK_BYTES);
          ({ bytesRead } = await file.read(chunk, 0, chunk.length, readAt));
        }
        if (bytesRead === 0) return;
        readAt += bytesRead;
        const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
        let start = 0;
        for (let newline = bytes.indexOf(NEWLINE, start); newline >= 0; newline = bytes.indexOf(NEWLINE, start)) {
          position += newline + 1 - start;
          yield { text: bytes.toString("utf8", start, newline), next: position };
          start = newline + 1;
        }
        rest = bytes.subarray(start);
      }
    } finally {
      await file?.close();
    }
  }

  async close(): Promise<void> {
    this.#flush();
    clearTimeout(this.#syncTimer);
    this.#syncTimer = undefined;
    const fd = this.#fd;
    if (fd === undefined) return;
    this.#fd = undefined;
    try {
      await promisify(fdatasync)(fd);
    } catch (cause) {
      throw this.#cantWrite(cause);
    } finally {
      closeSync(fd);
    }
    if (this.#lost !== undefined) throw this.#lost;
  }

  async #openToRead(): Promise<FileHandle | undefined> {
    try {
      return await open(this.#path, "r");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw new RunError(`${this.#path}: can't read: ${messageOf(error)}`, { cause: error });
    }
  }

  #add(line: string, kind: "watched" | "unwatched"): Batch {
    if (this.#syncError !== undefined) throw this.#cantWrite(this.#syncError);
    this.#open();
    const batch = this.#batch ?? this.#begin();
    batch.text += `${line}\n`;
    if (kind === "unwatched") batch.unwatched = true;
    if (batch.text.length >= MOST_WAITING) this.#flush();
    return batch;
  }

  #begin(): Batch {
    let [resolve, reject]: [Batch["resolve"], Batch["reject"]] = [() => {}, () => {}];
    const written = new Promise<void>((resolved, rejected) => {
      resolve = resolved;
      reject = rejected;
    });
    // Told to those that wait, and to no one else.
    written.catch(() => {});
    this.#batch = { text: "", unwatched: false, written, resolve, reject };
    setImmediate(() => this.#flush());
    return this.#batch;
  }

  #flush(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    try {
      this.#write(Buffer.from(batch.text, "utf8"));
      batch.resolve();
    } catch (cause) {
      const error = this.#cantWrite(cause);
      if (batch.unwatched) this.#lost = error;
      batch.reject(error);
    }
  }

  #write(bytes: Buffer): void {
    const fd = this.#open();
    let written = 0;
    try {
      // A nearly full disk takes fewer bytes than asked without an error; the next call then fails.
      while (written < bytes.length) {
        const count = writeSync(fd, bytes, written, bytes.length - written, this.#size + written);
        if (count === 0) throw new Error("the disk takes no more bytes");
        written += count;
      }
    } catch (error) {
      try {
        ftruncateSync(fd, this.#size);
      } catch {
        // A half-written line is cut off by whoever opens the file next.
      }
      throw error;
    }
    this.#size += bytes.length;
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = undefined;
      fdatasync(fd, (error) => {
        if (error !== null) this.#syncError ??= error;
      });
    }, SYNC_EVERY_MS).unref();
  }

  #cantWrite(cause: unknown): RunError {
    return new RunError(`${this.#path}: can't write: ${messageOf(cause)}`, {
      cause,
      hint: "make room, then go on with `quantgate run --resume`",
    });
  }

  #open(): number {
    if (this.#fd !== undefined) return this.#fd;
    try {
      this.#fd = openSync(this.#path, constants.O_RDWR | constants.O_CREAT, 0o644);
    } catch (cause) {
      throw new RunError(`${this.#path}: can't open it for writing: ${messageOf(cause)}`, { cause });
    }
    this.#size = wholeLinesEnd(this.#fd);
    ftruncateSync(this.#fd, this.#size);
    return this.#fd;
  }
}

/** Offset after the last newline: where a half-written last line starts, if there is one. */
function wholeLinesEnd(fd: number): number {
  let end = fstatSync(fd).size;
  const chunk = Buffer.alloc(1 << 16);
  while (end > 0) {
    const start = Math.max(0, end - chunk.length);
    const count = readSync(fd, chunk, 0, end - start, start);
    const newline = chunk.subarray(0, count).lastIndexOf(NEWLINE);
    if (newline >= 0) return start + newline + 1;
    end = start;
  }
  return 0;
}

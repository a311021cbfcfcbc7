import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A claimed part that hasn't grown for this long belonged to a process that is gone. */
const ABANDONED_AFTER_MS = 60_000;

/**
 * The beginning of a download, beside the file it will become: `<file>.<tag>.part`, or with a random name of its own while somebody
 * writes to it. Claiming is renaming, which only one process can win, so that several may download the same file at once.
 * `tag` identifies the contents: parts of other contents aren't taken up.
 */
export class PartialFile {
  readonly path: string;
  readonly #released: string;

  private constructor(path: string, released: string) {
    this.path = path;
    this.#released = released;
  }

  /** Claims what is left of an earlier download, or starts with nothing. */
  static async claim(file: string, tag: string, nowMs: number): Promise<PartialFile> {
    await mkdir(dirname(file), { recursive: true });
    const released = `${file}.${tag}.part`;
    const own = `${file}.${tag}.${randomUUID()}.part`;
    for (const candidate of [released, ...(await abandoned(file, tag, nowMs))]) {
      const won = await rename(candidate, own).then(
        () => true,
        () => false,
      );
      if (won) break;
    }
    return new PartialFile(own, released);
  }

  /** Bytes that are there already. */
  async sizeBytes(): Promise<number> {
    return stat(this.path).then(
      ({ size }) => size,
      () => 0,
    );
  }

  /** Leaves the part for the next one who wants the file. */
  async release(): Promise<void> {
    if ((await this.sizeBytes()) === 0) await this.discard();
    else await rename(this.path, this.#released).catch(() => undefined);
  }

  /** Throws the part away. */
  async discard(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

async function abandoned(file: string, tag: string, nowMs: number): Promise<string[]> {
  const names = await readdir(dirname(file)).catch(() => []);
  const parts = names.filter((name) => name.startsWith(`${basename(file)}.${tag}.`) && name.endsWith(".part"));
  const paths: string[] = [];
  for (const name of parts) {
    const path = join(dirname(file), name);
    const modifiedMs = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => nowMs,
    );
    if (nowMs - modifiedMs > ABANDONED_AFTER_MS) paths.push(path);
  }
  return paths;
}

import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { messageOf } from "../domain/errors.ts";
import { HubError } from "./hub-error.ts";

const LockedFileSchema = z.strictObject({
  sizeBytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
const LockedRepositorySchema = z.strictObject({
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  files: z.record(z.string(), LockedFileSchema),
  /** Files that were looked for and that the commit doesn't have. */
  absent: z.array(z.string()),
});
const LockSchema = z.strictObject({
  version: z.literal(1),
  repositories: z.record(z.string(), LockedRepositorySchema),
});

export type LockedFile = z.infer<typeof LockedFileSchema>;
/** What the first pull found, and what every later one is held to. */
export type LockedRepository = z.infer<typeof LockedRepositorySchema>;

/** The lock file: for each repository its commit, and size and sha256 of its files. Belongs into version control. */
export class LockFile {
  readonly path: string;
  /** Writes of this process wait for each other: each starts from what the last one left. */
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  /** All locked repositories by key; none when there is no file yet. Throws HubError "bad-lock". */
  async read(): Promise<ReadonlyMap<string, LockedRepository>> {
    let text: string;
    try {
      text = await readFile(this.path, "utf8");
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return new Map();
      throw this.#bad(error);
    }
    try {
      return new Map(Object.entries(LockSchema.parse(JSON.parse(text)).repositories));
    } catch (error) {
      throw this.#bad(error);
    }
  }

  /** Sets one repository's entry and leaves the others as they are now. The file is replaced in one step. */
  write(key: string, repository: LockedRepository): Promise<void> {
    const write = () => this.#replace(key, repository);
    this.#lastWrite = this.#lastWrite.then(write, write);
    return this.#lastWrite;
  }

  async #replace(key: string, repository: LockedRepository): Promise<void> {
    const repositories = new Map(await this.read());
    repositories.set(key, repository);
    const draft = `${this.path}.${randomUUID()}.part`;
    await mkdir(dirname(this.path), { recursive: true });
    try {
      await writeFile(draft, `${JSON.stringify({ version: 1, repositories: sorted(repositories) }, null, 2)}\n`);
      await rename(draft, this.path);
    } finally {
      await rm(draft, { force: true });
    }
  }

  #bad(cause: unknown): HubError {
    return new HubError({
      kind: "bad-lock",
      message: `the lock file ${this.path} can't be used: ${messageOf(cause)}`,
      hint: "restore it from version control, or delete it and pull again",
      cause,
    });
  }
}

/** By name, so that the file changes only where something changed. */
function sorted(repositories: ReadonlyMap<string, LockedRepository>): Record<string, LockedRepository> {
  const byName = <T>(entries: Iterable<[string, T]>) => [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(
    byName(repositories).map(([key, { commit, files, absent }]) => [
      key,
      { commit, files: Object.fromEntries(byName(Object.entries(files))), absent: [...absent].sort() },
    ]),
  );
}

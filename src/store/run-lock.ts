import { readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { RunError } from "../domain/errors.ts";

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/**
 * Takes a run for this process by a lock file; returns what gives it back. A lock whose process is gone (on this host) is taken over.
 * Throws `RunError` when another process is writing the run.
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const mine: Holder = { pid: process.pid, host: hostname() };
  for (let attempt = 0; attempt < 3; attempt += 1) {
    try {
      await writeFile(path, JSON.stringify(mine), { flag: "wx" });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST")
        throw new RunError(`${path}: can't lock the run`, { cause: error });
    }
    const holder = await readHolder(path);
    if (holder !== undefined && isAlive(holder)) {
      throw new RunError(`the run is being written by process ${holder.pid} on ${holder.host}`, {
        hint: `wait for it, or delete ${path} if that process is gone`,
      });
    }
    await rm(path, { force: true });
  }
  throw new RunError(`${path}: another process keeps taking the lock`);
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value !== "object" || value === null || !("pid" in value) || !("host" in value)) return undefined;
    return typeof value.pid === "number" && typeof value.host === "string"
      ? { pid: value.pid, host: value.host }
      : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder): boolean {
  if (holder.host !== hostname()) return true;
  if (holder.pid === process.pid) return true;
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

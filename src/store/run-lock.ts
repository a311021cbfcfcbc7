import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { messageOf, RunBusyError, RunError } from "../domain/errors.ts";

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/** Locks of this process. A lock file with our pid that isn't among them was left by a dead one, as in a restarted container. */
const held = new Set<string>();

/**
 * Takes a run for this process by a lock file; returns what gives it back. A lock whose process is gone (on this host) is taken over;
 * of several that try at once, one gets it. Throws `RunBusyError` when another process is writing the run.
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const id = randomUUID();
  const mine = JSON.stringify({ pid: process.pid, host: hostname(), id });
  const draft = `${path}.${id}`;
  try {
    await writeFile(draft, mine, { flag: "wx" });
    for (let attempt = 0; attempt < 10; attempt += 1) {
      if (await linkUnlessThere(draft, path)) {
        held.add(resolve(path));
        return () => giveBack(path, mine);
      }
      const theirs = await readText(path);
      if (theirs === undefined) continue;
      const holder = parseHolder(theirs);
      if (holder !== undefined && isAlive(holder, path)) {
        throw new RunBusyError(`the run is being written by process ${holder.pid} on ${holder.host}`, {
          hint: `wait for it, or delete ${path} if that process is gone`,
        });
      }
      await removeDead(path, theirs, `${draft}.dead`);
    }
  } catch (cause) {
    if (cause instanceof RunError) throw cause;
    throw new RunError(`${path}: can't lock the run: ${messageOf(cause)}`, { cause });
  } finally {
    await rm(draft, { force: true });
  }
  throw new RunBusyError(`${path}: other processes keep taking the lock`);
}

async function giveBack(path: string, mine: string): Promise<void> {
  held.delete(resolve(path));
  if ((await readText(path)) === mine) await rm(path, { force: true });
}

/** A link appears with its whole content or not at all, and only where nothing is. */
async function linkUnlessThere(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** Moves a dead lock out of the way; another's that took its place meanwhile is put back. */
async function removeDead(path: string, dead: string, aside: string): Promise<void> {
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  if ((await readText(aside)) !== dead) await linkUnlessThere(aside, path);
  await rm(aside, { force: true });
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("pid" in value) || !("host" in value)) return undefined;
    return typeof value.pid === "number" && typeof value.host === "string"
      ? { pid: value.pid, host: value.host }
      : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(holder: Holder, path: string): boolean {
  if (holder.host !== hostname()) return true;
  if (holder.pid === process.pid) return held.has(resolve(path));
  try {
    process.kill(holder.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

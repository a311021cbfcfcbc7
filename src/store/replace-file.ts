import { randomUUID } from "node:crypto";
import { link, open, rename, rm } from "node:fs/promises";

/** Writes beside the target and renames, so that a reader sees the old file or the new one, never half of it. */
export async function replaceFile(target: string, text: string): Promise<void> {
  const beside = `${target}.${randomUUID()}.tmp`;
  try {
    await writeWhole(beside, text);
    await rename(beside, target);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}

/** Makes a file that appears with its whole content; false when there is one already, which stays. */
export async function createFile(target: string, text: string): Promise<boolean> {
  const beside = `${target}.${randomUUID()}.tmp`;
  try {
    await writeWhole(beside, text);
    await link(beside, target);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(beside, { force: true });
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(text, "utf8");
    await file.sync();
  } finally {
    await file.close();
  }
}

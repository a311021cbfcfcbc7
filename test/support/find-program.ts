import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

/** Path of a program on this machine, in `PATH` or in one of `folders`; `undefined` when it isn't installed. */
export function findProgram(name: string, folders: readonly string[] = []): string | undefined {
  const candidates = [...(process.env.PATH ?? "").split(delimiter), ...folders].map((folder) => join(folder, name));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Where Debian keeps Postgres' programs, the newest version first. */
export function postgresFolders(): readonly string[] {
  const root = "/usr/lib/postgresql";
  try {
    return readdirSync(root)
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join(root, version, "bin"));
  } catch {
    return [];
  }
}

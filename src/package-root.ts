import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Folder of the installed package: where `datasets/`, `models/` and `reference/` lie, whether run from `src/` or `dist/`. */
export function packageRoot(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as { name?: string }).name === "quantgate")
      return folder;
    if (dirname(folder) === folder) throw new Error("quantgate's package.json was not found above its own code");
  }
}

/** Version of the installed package. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8")) as { version: string }).version;
}

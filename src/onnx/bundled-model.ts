import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of a model that comes with this package, found from the sources and from the compiled package alike. */
export function bundledModelFolder(name: string): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const candidate = join(folder, "models", name);
    if (existsSync(join(candidate, "manifest.json"))) return candidate;
    if (folder === dirname(folder)) throw new Error(`the package lacks its folder models/${name}`);
  }
}

import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Looks a dataset up by name among the bundled and pulled ones. */
export interface DatasetFinder {
  /** The dataset's folder, or `undefined`. */
  folderOf(name: string): Promise<string | undefined>;
  names(): Promise<readonly string[]>;
}

/** What a dataset's folder may be called; drafts of the writer are called otherwise. */
const NAME = /^[a-z0-9][a-z0-9._-]*$/i;

/** Finds datasets by name in folders that hold one folder per dataset; the first folder that has it wins. */
export function datasetFinder(folders: readonly string[]): DatasetFinder {
  return {
    async folderOf(name) {
      if (!NAME.test(name)) return undefined;
      for (const folder of folders) {
        const found = await stat(join(folder, name, "manifest.json")).catch(() => undefined);
        if (found !== undefined) return join(folder, name);
      }
      return undefined;
    },
    async names() {
      const names = new Set<string>();
      for (const folder of folders) {
        for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
          if (entry.isDirectory() && NAME.test(entry.name)) names.add(entry.name);
        }
      }
      return [...names].sort();
    },
  };
}

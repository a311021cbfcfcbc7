import { findDatasets } from "../compose.ts";
import { type Dataset, openDataset } from "../dataset/dataset.ts";
import { UsageError } from "../domain/errors.ts";
import { readEnv } from "../env.ts";

/** Opens a dataset by its name, or by its folder (a path with a slash, or `.`). */
export async function namedDataset(name: string): Promise<Dataset> {
  if (name.includes("/") || name.startsWith(".")) return openDataset(name);
  const finder = findDatasets(readEnv(process.env));
  const folder = await finder.folderOf(name);
  if (folder === undefined)
    throw new UsageError(`unknown dataset "${name}"`, {
      hint: `there are: ${(await finder.names()).join(", ")}; a folder is written with a slash, e.g. ./${name}`,
    });
  return openDataset(folder);
}

import { findDatasets } from "../compose.ts";
import { openDataset } from "../dataset/dataset.ts";
import { readEnv } from "../env.ts";

/** `quantgate datasets list`: name, type, items, licence and what it is. */
export async function listDatasets(options: { readonly json?: boolean }): Promise<void> {
  const finder = findDatasets(readEnv(process.env));
  const manifests = [];
  for (const name of await finder.names()) {
    const folder = await finder.folderOf(name);
    if (folder !== undefined) manifests.push((await openDataset(folder)).manifest);
  }
  if (options.json === true) {
    process.stdout.write(`${JSON.stringify(manifests, null, 2)}\n`);
    return;
  }
  const width = Math.max(...manifests.map((manifest) => manifest.name.length));
  for (const { name, type, kind, items, licence, description } of manifests) {
    process.stdout.write(`${name.padEnd(width)}  ${String(items).padStart(6)} items  ${kind ?? type}  ${licence}\n`);
    process.stdout.write(`${" ".repeat(width)}  ${description.split(/(?<=\.)\s/, 1)[0] ?? ""}\n`);
  }
  const { HUB_RECIPES } = await import("../dataset/hub-recipes/recipes.ts");
  const there = new Set(manifests.map(({ name }) => name));
  const others = [...HUB_RECIPES.keys()].filter((name) => !there.has(name));
  if (others.length > 0) process.stdout.write(`\nquantgate datasets pull fetches: ${others.join(", ")}\n`);
}
